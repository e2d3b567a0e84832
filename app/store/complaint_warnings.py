"""Warnings that complaints' clocks have given, each once, however often somebody looks; they name no customer."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, UniqueConstraint, and_, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import String, Uuid

from app.store.complaints import CLOSED, Complaint
from app.store.tables import Table, primary_key, reference
from app.store.writing import insert_new, rows_changed

KEY = ("complaint_id", "round", "clock", "percent")


class ComplaintWarning(Table):
    """One level of one clock in one round of a complaint, passed at `due_at` and noticed at `made_at`.

    Nobody is told of it unless it `is_sent`: a higher level has overtaken it, or the clock had been met by then.
    """

    __tablename__ = "complaint_warnings"
    __table_args__ = (UniqueConstraint(*KEY),)

    id: Mapped[UUID] = primary_key()
    complaint_id: Mapped[UUID] = reference("complaints.id")
    round: Mapped[int]
    clock: Mapped[str] = mapped_column(String(20))
    percent: Mapped[int]
    due_at: Mapped[datetime]
    made_at: Mapped[datetime]
    is_sent: Mapped[bool]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[UUID | None] = mapped_column(Uuid(), ForeignKey("staff.id"))


def add(session: Session, rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """Records warnings; returns the ids of those that had not been recorded before."""
    return insert_new(session, ComplaintWarning, rows, KEY, "id")


def of(session: Session, warning_id: UUID) -> Mapping[str, Any] | None:
    """A warning as stored."""
    table = ComplaintWarning.__table__
    return session.execute(select(table).where(table.c.id == warning_id)).mappings().one_or_none()  # type: ignore[return-value]


def acknowledge(session: Session, warning_id: UUID, staff_id: UUID, now: datetime) -> bool:
    """Somebody sees to it; False where somebody did before."""
    mine = (ComplaintWarning.id == warning_id, ComplaintWarning.acknowledged_at.is_(None))
    seen = update(ComplaintWarning).where(*mine).values(acknowledged_at=now, acknowledged_by=staff_id)
    return bool(rows_changed(session.execute(seen)))


_MET = or_(
    *(
        and_(ComplaintWarning.clock == clock, getattr(Complaint, f"{clock}_at").is_not(None))
        for clock in ("first_response", "resolution", "follow_up")
    )
)
IS_MOOT: ColumnElement[bool] = or_(
    ComplaintWarning.acknowledged_at.is_not(None),
    and_(
        ComplaintWarning.percent < 100,
        or_(_MET, ComplaintWarning.round != Complaint.reopened, Complaint.status == CLOSED),
    ),
)
"""Whether there is nothing left to be told: somebody has seen to it, or the clock was met before it ran out. That a
promise was broken is told whatever has happened since."""
