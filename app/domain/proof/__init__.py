"""Proof that ledgers are whole: rows with keyed digests, chains of seals over them, and bundles checked offline."""
