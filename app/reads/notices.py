"""What staff have been warned of and nobody has seen to, how each is told, and which way is out of order."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from app.domain.escalation import WHOLE
from app.domain.phone import masked
from app.domain.sla import Clock
from app.store.brands import Brand
from app.store.complaint_warnings import IS_MOOT, ComplaintWarning
from app.store.complaints import Complaint
from app.store.conversations import Conversation
from app.store.customers import Customer
from app.store.forgetting import IS_ERASED
from app.store.notices import CONSOLE, FAILED, IS_SHOWN, QUEUED, Notice
from app.store.staff import Staff

LONGEST = 100
TROUBLE_OF = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Warned:
    """One warning. `due_at` is the deadline that it is about, `staff` who has the complaint."""

    id: UUID
    clock: str
    percent: int
    is_overdue: bool
    due_at: datetime
    told_at: datetime
    number: int
    category: str
    brand_code: str
    brand_name: str
    zone: str
    is_met: bool
    staff: str | None


@dataclass(frozen=True, slots=True)
class Ways:
    """How somebody wants to be told beside the console. The phone is masked."""

    channels: tuple[str, ...]
    phone: str | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """So many notices of the last day have not arrived by this way, the most for this reason."""

    channel: str
    reason: str
    count: int
    is_final: bool


def mine(session: Session, staff_id: UUID) -> list[Warned]:
    """What this member of staff was told of and nobody has seen to, of each clock the highest level: broken promises
    first, and of each kind the one that was or is due first."""
    columns = (
        *(ComplaintWarning.id, ComplaintWarning.clock, ComplaintWarning.percent, ComplaintWarning.round),
        ComplaintWarning.due_at.label("passed_at"),
        Notice.created_at.label("told_at"),
        *(Complaint.number, Complaint.category, Complaint.reopened),
        *(getattr(Complaint, f"{clock}_{what}") for clock in Clock for what in ("due_at", "at")),
        *(Brand.code, Brand.name.label("brand_name"), Brand.timezone),
        Staff.name.label("staff"),
    )
    query = (
        _unseen(staff_id, *columns)
        .join(Brand, Brand.id == Complaint.brand_id)
        .outerjoin(Conversation, Conversation.id == Complaint.conversation_id)
        .outerjoin(Staff, Staff.id == func.coalesce(Complaint.assignee_id, Conversation.staff_id))
    )
    latest_first = query.order_by(ComplaintWarning.percent.desc(), Notice.id.desc()).limit(LONGEST)
    found = [_warned(row) for row in session.execute(latest_first)]
    return sorted(found, key=lambda one: (not one.is_overdue, one.due_at))


def count(session: Session, staff_id: UUID) -> int:
    """How many those are; at most so many as are listed."""
    listed = _unseen(staff_id, Notice.id).limit(LONGEST).subquery()
    return session.scalar(select(func.count()).select_from(listed)) or 0


def _unseen(staff_id: UUID, *columns: Any) -> Select[Any]:
    theirs, higher = aliased(Notice), aliased(ComplaintWarning)
    same = [
        getattr(higher, name) == getattr(ComplaintWarning, name)
        for name in ("complaint_id", "round", "clock")
    ]
    is_outdone = (
        select(theirs.id)
        .join(higher, higher.id == theirs.warning_id)
        .where(theirs.staff_id == staff_id, theirs.channel == CONSOLE, *same)
        .where(higher.percent > ComplaintWarning.percent)
        .exists()
    )
    return (
        select(*columns)
        .select_from(Notice)
        .join(ComplaintWarning, ComplaintWarning.id == Notice.warning_id)
        .join(Complaint, Complaint.id == ComplaintWarning.complaint_id)
        .join(Customer, Customer.id == Complaint.customer_id)
        .where(IS_SHOWN, Notice.staff_id == staff_id)
        .where(~IS_MOOT, ~is_outdone, ~IS_ERASED)
    )


def _warned(row: Any) -> Warned:
    is_past_round, is_late = row.round != row.reopened, row.percent >= WHOLE
    due_at = row.passed_at if is_late else getattr(row, f"{row.clock}_due_at")
    return Warned(
        id=row.id,
        clock=row.clock,
        percent=row.percent,
        is_overdue=is_late,
        due_at=due_at or row.passed_at,
        told_at=row.told_at,
        number=row.number,
        category=row.category,
        brand_code=row.code,
        brand_name=row.brand_name,
        zone=row.timezone,
        is_met=is_past_round or getattr(row, f"{row.clock}_at") is not None,
        staff=row.staff,
    )


def ways(session: Session, staff_id: UUID) -> Ways:
    """How this member of staff is told."""
    row = session.execute(select(Staff.notice_channels, Staff.phone).where(Staff.id == staff_id)).one()
    return Ways(tuple(row.notice_channels), masked(row.phone) if row.phone else None)


def trouble(session: Session, now: datetime) -> list[Trouble]:
    """What was tried in the last day and has not arrived, by way and reason, the most first."""
    tried = (Notice.attempts > 0, Notice.reason.is_not(None), Notice.created_at >= now - TROUBLE_OF)
    many = func.count().label("many")
    columns = (Notice.channel, Notice.reason, Notice.state, many)
    failing = select(*columns).where(Notice.state.in_((QUEUED, FAILED)), *tried, Notice.reason != "night")
    grouped = failing.group_by(Notice.channel, Notice.reason, Notice.state).order_by(
        many.desc(), Notice.reason
    )
    return [
        Trouble(row.channel, row.reason, row.many, row.state == FAILED) for row in session.execute(grouped)
    ]


def customer_of(session: Session, brand_code: str, number: int) -> UUID | None:
    """Whose complaint this is."""
    named = (
        select(Complaint.customer_id).join(Brand).where(Brand.code == brand_code, Complaint.number == number)
    )
    return session.scalars(named).one_or_none()
