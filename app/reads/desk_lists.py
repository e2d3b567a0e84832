"""What of the desk's inbox is listed, in which order, and how much there is of it."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from app.reads import unsent
from app.store import complaints as complaint_store
from app.store import conversations as conversation_store
from app.store.complaints import Complaint
from app.store.conversations import Conversation
from app.store.customers import Customer
from app.store.desk_counters import COUNTERS
from app.store.forgetting import IS_ERASED

Line = type[Complaint] | type[Conversation]


class Show(StrEnum):
    """What of the inbox is listed."""

    ALL = "all"
    COMPLAINTS = "complaints"
    HAND_OVERS = "hand_overs"
    BREACHED = "breached"
    WAITING = "waiting"
    RESOLVED = "resolved"
    FAILED = "failed"


class Who(StrEnum):
    """Whose lines are listed; a colleague's are asked for by the colleague's id."""

    EVERYBODY = "everybody"
    MINE = "mine"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be listed. `staff_id` is whose lines, `is_nobodys` those that nobody has; None and False: all."""

    show: Show = Show.ALL
    staff_id: UUID | None = None
    is_nobodys: bool = False
    brand_id: UUID | None = None
    category: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page has ended: the time that it was sorted by, and the id."""

    at: datetime
    id: UUID

    def __str__(self) -> str:
        return f"{self.at.timestamp():.6f}~{self.id.hex}"

    @classmethod
    def read(cls, told: str | None) -> Self | None:
        """The place that an address names; None where it names none."""
        try:
            at, _, row_id = (told or "").partition("~")
            return cls(datetime.fromtimestamp(float(at), UTC), UUID(row_id))
        except (ValueError, OverflowError, OSError):
            return None


def counts(session: Session, wanted: Wanted, now: datetime) -> dict[Show, int]:
    """How many lines each list has under the same filters; what is settled grows for ever and is not counted."""
    everything = replace(wanted, show=Show.ALL)
    is_late = func.count().filter(Complaint.late_at < now)
    is_waiting = func.count().filter(Complaint.status == complaint_store.WAITING)
    asked = select(func.count(), is_late, is_waiting).where(*_filters(Complaint, everything, now))
    complaints, late, waiting = session.execute(asked).one()
    hand_overs = late_ones = 0
    if wanted.category is None:
        is_late = func.count().filter(Conversation.late_at < now)
        asked = select(func.count(), is_late).where(*_filters(Conversation, everything, now))
        hand_overs, late_ones = session.execute(asked).one()
    return {
        Show.ALL: complaints + hand_overs,
        Show.COMPLAINTS: complaints,
        Show.HAND_OVERS: hand_overs,
        Show.BREACHED: late + late_ones,
        Show.WAITING: waiting,
        Show.FAILED: unsent.count(session),
    }


def state(session: Session) -> str:
    """Changes with whatever any list shows but for the time: two small questions, whatever there is."""
    counters = [(str(row.brand_id), row.changes) for row in session.execute(COUNTERS)]
    return repr((counters, unsent.latest(session)))


def places(table: Line, wanted: Wanted, now: datetime, after: Place | None, limit: int) -> Select[Any] | None:
    """(time to sort by, id) of the first lines after that place; None where the table has none to show."""
    is_complaint = table is Complaint
    if wanted.show in ((Show.HAND_OVERS,) if is_complaint else (Show.COMPLAINTS, Show.WAITING)):
        return None
    if wanted.category is not None and not is_complaint:
        return None
    conditions = _filters(table, wanted, now)
    if wanted.show is not Show.RESOLVED:
        if after is not None:
            conditions.append(
                _beyond(table.queue_at > after.at, table.queue_at == after.at, table.id > after.id)
            )
        query = select(table.queue_at, table.id).where(*conditions).order_by(table.queue_at, table.id)
        return query.limit(limit)
    at: Any = Complaint.updated_at if is_complaint else Conversation.closed_at
    if after is not None:
        conditions.append(_beyond(at < after.at, at == after.at, table.id < after.id))
    people = select(at, table.id).join(Customer, Customer.id == table.customer_id).where(~IS_ERASED)
    return people.where(*conditions).order_by(at.desc(), table.id.desc()).limit(limit)


def _beyond(
    is_later: ColumnElement[bool], is_same: ColumnElement[bool], is_next: ColumnElement[bool]
) -> ColumnElement[bool]:
    return or_(is_later, and_(is_same, is_next))


def _filters(table: Line, wanted: Wanted, now: datetime) -> list[Any]:
    is_complaint = table is Complaint
    known = complaint_store if is_complaint else conversation_store
    conditions: list[Any] = [known.IS_SETTLED if wanted.show is Show.RESOLVED else known.IS_QUEUED]
    whose = Complaint.assignee_id if is_complaint else Conversation.staff_id
    if wanted.show is Show.BREACHED:
        conditions.append(table.late_at < now)
    if wanted.show is Show.WAITING:
        conditions.append(Complaint.status == complaint_store.WAITING)
    if wanted.staff_id is not None:
        conditions.append(whose == wanted.staff_id)
    if wanted.is_nobodys:
        conditions.append(whose.is_(None))
    if wanted.brand_id is not None:
        conditions.append(table.brand_id == wanted.brand_id)
    if wanted.category is not None and is_complaint:
        conditions.append(Complaint.category == wanted.category)
    return conditions
