"""Practice of the desk: made-up conversations of staff, apart from all that has to do with customers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.store.columns import EncryptedJson, PlainJson
from app.store.tables import Table, primary_key, reference


class Practice(Table):
    """One made-up customer that a member of staff answers. `points` are there once it has `ended_at`.

    Nothing here refers to a customer, a brand or a message: it is in no queue, no figure and no warning.
    """

    __tablename__ = "practices"
    __table_args__ = (Index(None, "staff_id", "opened_at"),)

    id: Mapped[UUID] = primary_key()
    staff_id: Mapped[UUID] = reference("staff.id")
    scenario: Mapped[str] = mapped_column(String(60))
    language: Mapped[str] = mapped_column(String(2))
    clock: Mapped[dict[str, Any]] = mapped_column(PlainJson)
    lines: Mapped[list[Any]] = mapped_column(EncryptedJson)
    points: Mapped[list[Any] | None] = mapped_column(PlainJson)
    opened_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


def mine(session: Session, practice_id: UUID, staff_id: UUID, *, is_locked: bool = False) -> Practice | None:
    """The practice, where it is this person's."""
    found = select(Practice).where(Practice.id == practice_id, Practice.staff_id == staff_id)
    return session.scalars(found.with_for_update() if is_locked else found).one_or_none()


def latest(session: Session, staff_id: UUID | None, limit: int) -> Sequence[Practice]:
    """The latest practices, of everybody where nobody is named."""
    chosen = select(Practice).order_by(Practice.opened_at.desc(), Practice.id.desc()).limit(limit)
    return session.scalars(chosen if staff_id is None else chosen.where(Practice.staff_id == staff_id)).all()
