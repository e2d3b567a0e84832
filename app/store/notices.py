"""The outbox of notices to staff: a row for each person and way of telling them, claimed and settled like a message."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, or_, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import String, Uuid

from app.store.complaint_warnings import IS_MOOT, ComplaintWarning
from app.store.complaints import Complaint
from app.store.staff import Staff
from app.store.tables import Table, primary_key, reference
from app.store.writing import insert_all, rows_changed

QUEUED = "queued"
SENDING = "sending"
SENT = "sent"
FAILED = "failed"
DROPPED = "dropped"
CONSOLE = "console"
IS_QUEUED, IS_SENDING = text("notices.state = 'queued'"), text("notices.state = 'sending'")
IS_SHOWN = text("notices.channel = 'console' AND notices.state = 'sent'")
"""Written out where they are asked for: a partial index serves only a query that states its very condition."""


def _partial(name: str, condition: str, *columns: str) -> Index:
    return Index(name, *columns, postgresql_where=text(condition), sqlite_where=text(condition))


class Notice(Table):
    """A warning for one member of staff, or by webhook for nobody in particular, and what became of it.

    While it is `sending` it is its sender's until `leased_until`. `outbound_id` is the message of one by SMS. Its id
    is the name that mail and webhook carry, the same however often it is tried.
    """

    __tablename__ = "notices"
    __table_args__ = (
        _partial("ix_notices_queue", "state = 'queued'", "due_at", "id"),
        _partial("ix_notices_sending", "state = 'sending'", "leased_until"),
        _partial("ix_notices_shown", "channel = 'console' AND state = 'sent'", "staff_id", "id"),
    )

    id: Mapped[UUID] = primary_key()
    warning_id: Mapped[UUID] = reference("complaint_warnings.id", has_index=True)
    staff_id: Mapped[UUID | None] = mapped_column(Uuid(), ForeignKey("staff.id"))
    channel: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(String(60))
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    outbound_id: Mapped[UUID | None]
    created_at: Mapped[datetime]


def add(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Queues notices; rows name every column that has no default."""
    insert_all(session, Notice, rows)


def drop_of(
    session: Session, warning_id: UUID, reason: str, *, staff: Collection[UUID] | None = None
) -> None:
    """What waits to be told of a warning is not told any more, to these staff where any are named."""
    waiting = update(Notice).where(IS_QUEUED, Notice.warning_id == warning_id)
    if staff is not None:
        waiting = waiting.where(Notice.staff_id.in_(staff))
    session.execute(waiting.values(state=DROPPED, reason=reason))


def was_told(session: Session, warning_id: UUID, staff_id: UUID) -> bool:
    """Whether this member of staff has been told of it."""
    theirs = select(Notice.id).where(Notice.warning_id == warning_id, Notice.staff_id == staff_id).limit(1)
    return session.scalars(theirs).first() is not None


def past_use(session: Session, before: datetime, limit: int) -> list[UUID]:
    """What the console need not show any more: there is nothing left to tell, or it is older than `before`."""
    shown = select(Notice.id).join(ComplaintWarning, ComplaintWarning.id == Notice.warning_id)
    over = shown.join(Complaint, Complaint.id == ComplaintWarning.complaint_id).where(
        IS_SHOWN, or_(IS_MOOT, Notice.created_at < before)
    )
    return list(session.scalars(over.limit(limit)))


def retire(session: Session, ids: Collection[UUID]) -> int:
    """Takes these off the console; returns how many were on it."""
    shown = update(Notice).where(Notice.id.in_(ids), Notice.state == SENT)
    return rows_changed(session.execute(shown.values(state=DROPPED, reason="over")))


def lower_than(session: Session, warning: Mapping[str, Any]) -> list[UUID]:
    """The warnings of the same clock and round that this one has gone beyond."""
    same = [getattr(ComplaintWarning, name) == warning[name] for name in ("complaint_id", "round", "clock")]
    lower = select(ComplaintWarning.id).where(*same, ComplaintWarning.percent < warning["percent"])
    return list(session.scalars(lower))


def due_ways(session: Session, now: datetime) -> set[str]:
    """The channels by which somebody is to be told by now: a look that takes no write lock."""
    return set(session.scalars(select(Notice.channel).where(IS_QUEUED, Notice.due_at <= now).distinct()))


def has_forsaken(session: Session, now: datetime) -> bool:
    """Whether somebody who claimed a notice has not come back."""
    late = select(Notice.id).where(IS_SENDING, Notice.leased_until <= now).limit(1)
    return session.scalars(late).first() is not None


def claim(session: Session, channel: str, now: datetime, lease: timedelta) -> UUID | None:
    """Takes the notice that is due longest by this channel, so that nobody else sends it during the lease; this counts
    as a try."""
    due = select(Notice.id).where(IS_QUEUED, Notice.channel == channel, Notice.due_at <= now)
    first = due.order_by(Notice.due_at, Notice.id).limit(1).with_for_update(skip_locked=True)
    notice_id = session.scalars(first).first()
    if notice_id is not None:
        held = {"state": SENDING, "leased_until": now + lease, "attempts": Notice.attempts + 1}
        session.execute(update(Notice).where(Notice.id == notice_id).values(**held))
    return notice_id


_TO_TELL = (
    select(
        *(Notice.id, Notice.state, Notice.channel, Notice.attempts),
        *(ComplaintWarning.round, ComplaintWarning.clock, ComplaintWarning.percent),
        ComplaintWarning.due_at.label("passed_at"),
        ComplaintWarning.acknowledged_at,
        *(Complaint.brand_id, Complaint.number, Complaint.kind, Complaint.category),
        Complaint.clock.label("state_of_clocks"),
        IS_MOOT.label("is_moot"),
        *(Staff.email, Staff.phone, Staff.language, Staff.active, Staff.notice_channels),
    )
    .join(ComplaintWarning, ComplaintWarning.id == Notice.warning_id)
    .join(Complaint, Complaint.id == ComplaintWarning.complaint_id)
    .outerjoin(Staff, Staff.id == Notice.staff_id)
)


def to_tell(session: Session, notice_id: UUID) -> Any:
    """What is to be known of a notice to send it: itself, its warning, the complaint, and who is told, if anybody."""
    return session.execute(_TO_TELL.where(Notice.id == notice_id)).one()


def settle(session: Session, notice_id: UUID, state: str, **values: Any) -> bool:
    """Ends a claim; False where it was not held any more."""
    mine = (Notice.id == notice_id, Notice.state == SENDING)
    done = update(Notice).where(*mine).values(state=state, leased_until=None, **values)
    return bool(rows_changed(session.execute(done)))


def release_expired(session: Session, now: datetime) -> int:
    """Back into the queue: what was claimed by somebody who has not come back, and may or may not have sent it."""
    late = update(Notice).where(IS_SENDING, Notice.leased_until <= now)
    return rows_changed(session.execute(late.values(state=QUEUED, leased_until=None)))
