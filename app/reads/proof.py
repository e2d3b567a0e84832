"""Proves the ledgers whole, or names what is not: walks every chain, one seal with its rows at a time."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from app.domain.proof import chain
from app.domain.proof.chain import Finding, Head
from app.store import ledgers, seals
from app.store.encryption import keyring
from app.store.engine import Store

FINDINGS_KEPT = 1000
"""Of one ledger; the others are counted."""


@dataclass(slots=True)
class Proof:
    """What was proved of one ledger: `head` is worth keeping elsewhere, for a later proof to stand on."""

    ledger: str
    head: Head
    pruned_rows: int = 0
    seals: int = 0
    rows: int = 0
    unsealed: int = 0
    findings: list[Finding] = field(default_factory=list)
    findings_more: int = 0

    def add(self, finding: Finding) -> None:
        """Keeps a finding, or counts it where there are too many."""
        if len(self.findings) < FINDINGS_KEPT:
            self.findings.append(finding)
        else:
            self.findings_more += 1

    def as_json(self) -> dict[str, Any]:
        """The proof as `--json` gives it."""
        return {**asdict(self), "head": {"sequence": self.head.sequence, "digest": self.head.digest.hex()}}


def prove(store: Store, known: Mapping[str, Head]) -> list[Proof]:
    """Proves every ledger as it stands at this moment; `known` heads of earlier proofs must lie in the chains."""
    with store.read() as session:
        if not store.is_sqlite:  # there a reader sees one state anyway
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        return [prove_ledger(session, name, known.get(name)) for name in ledgers.LEDGERS]


def prove_ledger(session: Session, ledger: str, known: Head | None = None) -> Proof:
    """Proves one ledger."""
    proof = Proof(ledger, seals.start(session, ledger))
    pruned = seals.checkpoint(session, ledger)
    if pruned is not None:
        proof.pruned_rows = pruned.rows
        for finding in chain.check_checkpoint(pruned.says(), bytes(pruned.signature), keyring().is_signed):
            proof.add(finding)
    for finding in _walk(session, proof, known):
        proof.add(finding)
    for row_id in ledgers.strays(session, ledger):
        proof.add(Finding(ledger, "row", str(row_id), "was inserted: no seal covers it as it says"))
    proof.unsealed = ledgers.count_unsealed(session, ledger)
    return proof


def _walk(session: Session, proof: Proof, known: Head | None) -> Iterator[Finding]:
    """What is wrong with the seals and their rows, in order; leaves the head in the proof."""
    for seal in seals.after(session, proof.ledger, proof.head.sequence):
        link = seal.link()
        yield from chain.check_link(proof.head, link, keyring().is_signed)
        rows = ledgers.sealed_rows(session, seal)
        yield from chain.check_rows(link, rows)
        if known is not None and known.sequence == link.says.sequence and known.digest != link.digest:
            yield Finding(proof.ledger, "seal", str(known.sequence), "is not the one that was known")
        proof.head = Head(link.says.sequence, link.digest)
        proof.seals += 1
        proof.rows += len(rows)
    if known is not None and known.sequence > proof.head.sequence:
        yield Finding(proof.ledger, "seal", str(known.sequence), "was removed: it is known from before")
