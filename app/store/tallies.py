"""Counts of a day that several workers raise together: one row a subject and day, whose lock makes it exact."""

from datetime import date
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import Uuid

from app.store.tables import Table
from app.store.writing import insert_ignoring


class Tally(Table):
    """How many of something a brand or a number has had on a day."""

    __tablename__ = "tallies"

    subject_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    count: Mapped[int]


def locked(session: Session, subject_id: UUID, day: date) -> int:
    """The count; until this transaction ends nobody else reads it so, or raises it."""
    insert_ignoring(
        session, Tally, [{"subject_id": subject_id, "day": day, "count": 0}], ("subject_id", "day")
    )
    mine = select(Tally.count).where(Tally.subject_id == subject_id, Tally.day == day).with_for_update()
    return session.scalars(mine).one()


def write(session: Session, subject_id: UUID, day: date, count: int) -> None:
    """Puts a count in the place of the one that was read under the lock."""
    mine = update(Tally).where(Tally.subject_id == subject_id, Tally.day == day)
    session.execute(mine.values(count=count))
