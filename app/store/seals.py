"""Seals over the rows of ledgers, one chain a ledger, and the checkpoint from which a pruned chain goes on."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.domain.proof import chain
from app.domain.proof.chain import NOTHING_BEFORE, SEAL, Head, Link, Sealed
from app.store.encryption import keyring
from app.store.tables import Table, new_id, primary_key

READ_AT_ONCE = 100


class Seal(Table):
    """One seal: see `app.domain.proof.chain.Sealed`. `ids` are those of its rows, 16 bytes each."""

    __tablename__ = "seals"
    __table_args__ = (UniqueConstraint("ledger", "sequence"),)

    id: Mapped[UUID] = primary_key()
    ledger: Mapped[str] = mapped_column(String(30))
    sequence: Mapped[int]
    previous: Mapped[bytes] = mapped_column(LargeBinary(32))
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    signature: Mapped[bytes] = mapped_column(LargeBinary(64))
    count: Mapped[int]
    first_id: Mapped[UUID]
    last_id: Mapped[UUID]
    ids: Mapped[bytes] = mapped_column(LargeBinary)
    ids_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    rows_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    at: Mapped[datetime]

    def link(self) -> Link:
        """The seal as the domain checks it."""
        says = Sealed(
            ledger=self.ledger,
            sequence=self.sequence,
            previous=bytes(self.previous),
            count=self.count,
            first_id=self.first_id,
            last_id=self.last_id,
            ids_digest=bytes(self.ids_digest),
            rows_digest=bytes(self.rows_digest),
            at=self.at,
        )
        return Link(says, bytes(self.digest), bytes(self.signature), bytes(self.ids))


class Checkpoint(Table):
    """What was pruned of a ledger so far: see `app.domain.proof.chain.Checkpoint`."""

    __tablename__ = "checkpoints"

    ledger: Mapped[str] = mapped_column(String(30), primary_key=True)
    sequence: Mapped[int]
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    rows: Mapped[int]
    at: Mapped[datetime]
    signature: Mapped[bytes] = mapped_column(LargeBinary(64))

    def says(self) -> chain.Checkpoint:
        """The checkpoint as the domain checks it."""
        return chain.Checkpoint(self.ledger, self.sequence, bytes(self.digest), self.rows, self.at)


def head(session: Session, ledger: str) -> Head:
    """Where the chain stands: its newest seal, or what its checkpoint says, or nothing."""
    newest = select(Seal.sequence, Seal.digest).where(Seal.ledger == ledger)
    found = session.execute(newest.order_by(Seal.sequence.desc()).limit(1)).one_or_none()
    return Head(found.sequence, bytes(found.digest)) if found is not None else start(session, ledger)


def start(session: Session, ledger: str) -> Head:
    """Where the chain begins that is still there."""
    pruned = checkpoint(session, ledger)
    return Head(pruned.sequence, bytes(pruned.digest)) if pruned is not None else Head(0, NOTHING_BEFORE)


def add(session: Session, says: Sealed, ids: bytes) -> UUID:
    """Signs and keeps a seal, and returns its id. IntegrityError: the chain has gone on meanwhile."""
    digest, names = says.digest(), Sealed.__dataclass_fields__
    values = {name: getattr(says, name) for name in names}
    seal = Seal(id=new_id(), digest=digest, signature=keyring().sign(SEAL + digest), ids=ids, **values)
    session.add(seal)
    session.flush()
    return seal.id


def oldest(session: Session, ledger: str) -> Seal | None:
    """The first seal of the chain that is still there."""
    mine = select(Seal).where(Seal.ledger == ledger).order_by(Seal.sequence).limit(1)
    return session.scalars(mine).one_or_none()


def checkpoint(session: Session, ledger: str) -> Checkpoint | None:
    """What was pruned of the ledger so far, if anything was."""
    return session.get(Checkpoint, ledger)


def move_checkpoint(session: Session, says: chain.Checkpoint) -> None:
    """Signs and keeps what is pruned now; only then may seals and rows up to there be removed."""
    values = {name: getattr(says, name) for name in chain.Checkpoint.__dataclass_fields__}
    session.merge(Checkpoint(signature=keyring().sign(says.message()), **values))
    session.flush()


def remove(session: Session, seal: Seal) -> None:
    """Removes a seal that the checkpoint stands for."""
    session.delete(seal)
    session.flush()


def after(session: Session, ledger: str, sequence: int) -> Iterator[Seal]:
    """The ledger's seals after this one, in order, some at a time."""
    while True:
        mine = select(Seal).where(Seal.ledger == ledger, Seal.sequence > sequence)
        found = list(session.scalars(mine.order_by(Seal.sequence).limit(READ_AT_ONCE)))
        for seal in found:
            session.expunge(seal)
        yield from found
        if len(found) < READ_AT_ONCE:
            return
        sequence = found[-1].sequence
