"""Seals: each covers a batch of rows and the seal before it, and is signed; a checkpoint stands for what was pruned."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from app.domain.proof.canonical import canonical, written_down

NOTHING_BEFORE = bytes(32)
"""What the first seal of a chain has as the one before it."""
SEAL, CHECKPOINT = b"huixin seal\0", b"huixin checkpoint\0"
"""What is signed begins so: a signature of one kind never stands for the other."""
ID_BYTES = 16

IsSigned = Callable[[bytes, bytes], bool]
"""Whether a signature (second) of this installation is under a message (first)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong in a ledger, and where: `subject` is `row`, `seal` or `checkpoint`, `which` its id or number."""

    ledger: str
    subject: str
    which: str
    wrong: str

    def __str__(self) -> str:
        return f"{self.ledger}: {self.subject} {self.which}: {self.wrong}"


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a seal says: its place in the chain, and the rows that it covers, as digests in the order of their ids."""

    ledger: str
    sequence: int
    previous: bytes
    count: int
    first_id: UUID
    last_id: UUID
    ids_digest: bytes
    rows_digest: bytes
    at: datetime

    def digest(self) -> bytes:
        """What the next seal begins from, and what is signed."""
        return sha256(canonical(self.document())).digest()

    def document(self) -> dict[str, Any]:
        """The seal as plain JSON values."""
        names = ("sequence", "previous", "count", "first_id", "last_id", "ids_digest", "rows_digest", "at")
        return written_down(self.ledger, {name: getattr(self, name) for name in names})


@dataclass(frozen=True, slots=True)
class Link:
    """A seal as it was found: what it says, its digest, its signature, and the ids of its rows."""

    says: Sealed
    digest: bytes
    signature: bytes
    ids: bytes


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Everything up to seal `sequence` was pruned by policy: `rows` rows; the chain goes on from `digest`."""

    ledger: str
    sequence: int
    digest: bytes
    rows: int
    at: datetime

    def message(self) -> bytes:
        """What is signed."""
        names = ("sequence", "digest", "rows", "at")
        return CHECKPOINT + canonical(
            written_down(self.ledger, {name: getattr(self, name) for name in names})
        )


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain stands: the number and the digest of its newest seal."""

    sequence: int
    digest: bytes


def seal(ledger: str, before: Head, rows: Sequence[tuple[UUID, bytes]], at: datetime) -> tuple[Sealed, bytes]:
    """The seal over these rows (id and digest, in the order of their ids), and the ids as they are kept with it."""
    ids = b"".join(row_id.bytes for row_id, _ in rows)
    says = Sealed(
        ledger=ledger,
        sequence=before.sequence + 1,
        previous=before.digest,
        count=len(rows),
        first_id=rows[0][0],
        last_id=rows[-1][0],
        ids_digest=sha256(ids).digest(),
        rows_digest=over([digest for _, digest in rows]),
        at=at,
    )
    return says, ids


def over(digests: Sequence[bytes]) -> bytes:
    """One digest over the digests of rows, in order."""
    return sha256(b"".join(digests)).digest()


def check_link(before: Head, link: Link, is_signed: IsSigned) -> Iterator[Finding]:
    """What is wrong with a seal by itself and in its place; nothing of its rows."""
    says = link.says

    def finds(wrong: str, which: int = says.sequence) -> Finding:
        return Finding(says.ledger, "seal", str(which), wrong)

    for missing in range(before.sequence + 1, says.sequence):
        yield finds("was removed", missing)
    if says.sequence == before.sequence + 1 and says.previous != before.digest:
        yield finds("does not continue the seal before it")
    if says.digest() != link.digest:
        yield finds("was rewritten: its digest is another")
    elif not is_signed(SEAL + link.digest, link.signature):
        yield finds("is not signed by this installation")
    if sha256(link.ids).digest() != says.ids_digest or len(link.ids) != ID_BYTES * says.count:
        yield finds("was rewritten: its list of rows is another")


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A row as it was found: the digest that it should have, and the one that stands beside it."""

    id: UUID
    proper: bytes
    held: bytes | None


def check_rows(link: Link, rows: Mapping[UUID, FoundRow]) -> Iterator[Finding]:
    """Which rows of a seal were changed, removed or inserted; where none, whether together they are those it saw."""
    ledger = link.says.ledger
    listed = [
        UUID(bytes=link.ids[at : at + ID_BYTES]) for at in range(0, len(link.ids) - ID_BYTES + 1, ID_BYTES)
    ]
    is_whole = True
    for row_id in listed:
        row = rows.get(row_id)
        wrong = "was removed" if row is None else "was changed" if row.held != row.proper else None
        if wrong is not None:
            is_whole = False
            yield Finding(ledger, "row", str(row_id), wrong)
    for row_id in rows.keys() - set(listed):
        is_whole = False
        yield Finding(ledger, "row", str(row_id), f"was inserted: seal {link.says.sequence} does not list it")
    if is_whole and over([rows[row_id].proper for row_id in listed]) != link.says.rows_digest:
        yield Finding(ledger, "seal", str(link.says.sequence), "saw rows other than these")


def check_checkpoint(checkpoint: Checkpoint, signature: bytes, is_signed: IsSigned) -> Iterator[Finding]:
    """Whether this installation has signed that so much was pruned."""
    if not is_signed(checkpoint.message(), signature):
        yield Finding(
            checkpoint.ledger, "checkpoint", str(checkpoint.sequence), "is not signed by this installation"
        )
