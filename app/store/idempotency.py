"""Answers kept by `Idempotency-Key`, so that a program may repeat a call whose answer it never got."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, UniqueConstraint, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.store.columns import Encrypted
from app.store.tables import Table, new_id, primary_key, reference
from app.store.writing import insert_new


class KeptAnswer(Table):
    """One call under a key of the caller's choice; `status` is empty while it is being worked on."""

    __tablename__ = "kept_answers"
    __table_args__ = (UniqueConstraint("api_key_id", "key_hash"),)

    id: Mapped[UUID] = primary_key()
    api_key_id: Mapped[UUID] = reference("api_keys.id")
    key_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(32))
    status: Mapped[int | None]
    body: Mapped[str | None] = mapped_column(Encrypted)
    begun_at: Mapped[datetime] = mapped_column(index=True)


def begin(
    session: Session, api_key_id: UUID, key_hash: bytes, fingerprint: bytes, now: datetime
) -> UUID | None:
    """Takes the key for this call; None where another call has taken it already."""
    row = {"id": new_id(), "api_key_id": api_key_id, "key_hash": key_hash, "fingerprint": fingerprint}
    taken = insert_new(session, KeptAnswer, [{**row, "begun_at": now}], ("api_key_id", "key_hash"), "id")
    return next(iter(taken), None)


def held(session: Session, api_key_id: UUID, key_hash: bytes) -> KeptAnswer | None:
    """The call that has taken this key."""
    mine = (KeptAnswer.api_key_id == api_key_id, KeptAnswer.key_hash == key_hash)
    return session.scalars(select(KeptAnswer).where(*mine)).one_or_none()


def keep(session: Session, row_id: UUID, status: int, body: str) -> None:
    """The answer to give again."""
    session.execute(update(KeptAnswer).where(KeptAnswer.id == row_id).values(status=status, body=body))


def give_up(session: Session, row_id: UUID) -> None:
    """The call came to nothing: its key is free again."""
    session.execute(delete(KeptAnswer).where(KeptAnswer.id == row_id))


def forget(session: Session, before: datetime, unanswered_before: datetime) -> None:
    """Drops what is older, and what was begun and never answered (its process died)."""
    is_old = KeptAnswer.begun_at < before
    is_dead = (KeptAnswer.status.is_(None)) & (KeptAnswer.begun_at < unanswered_before)
    session.execute(delete(KeptAnswer).where(is_old | is_dead))
