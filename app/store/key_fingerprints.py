"""What tells keys apart without telling them, and what is wrong with those of a process."""

from hashlib import sha256


class KeyProblem(Exception):
    """The keys do not fit the database; the text says which, and the mend."""


def fingerprint(key: str) -> str:
    """Tells keys apart without telling them."""
    return sha256(f"fingerprint:{key}".encode()).hexdigest()[:16]
