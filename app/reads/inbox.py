"""The desk's list: complaints and hand-overs together, the urgent first, then those with the least time left."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from app.domain.phone import masked
from app.reads import unsent
from app.store import complaints as complaint_store
from app.store.brands import Brand
from app.store.complaints import HIGHEST_SEVERITY, Complaint
from app.store.conversations import CLOSED, OPEN, Conversation
from app.store.customers import Customer, Profile
from app.store.forgetting import IS_ERASED
from app.store.inbounds import Inbound
from app.store.staff import Staff

LONGEST = 200
"""Lines of one list; the counts are of all there are."""
UNRESOLVED = (complaint_store.OPEN, complaint_store.WAITING)
SETTLED = (complaint_store.RESOLVED, complaint_store.CLOSED)
NEVER = datetime.max.replace(tzinfo=UTC)
SNIPPET = 90


class Show(StrEnum):
    """What of the inbox is listed."""

    ALL = "all"
    COMPLAINTS = "complaints"
    HAND_OVERS = "hand_overs"
    BREACHED = "breached"
    RESOLVED = "resolved"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Item:
    """One line. `due_kind` says which clock runs: first_response, resolution or answer; None if none does."""

    kind: str
    brand_code: str
    brand_name: str
    zone: str
    brand_id: UUID
    customer_id: UUID
    phone: str
    name: str | None
    number: int | None
    category: str | None
    severity: int | None
    status: str
    reason: str | None
    due_at: datetime | None
    due_kind: str | None
    is_late: bool
    opened_at: datetime
    settled_at: datetime | None
    staff: str | None
    said: str = ""

    @property
    def is_urgent(self) -> bool:
        """Whether it comes before what is due earlier: a complaint that was resolved and was not solved."""
        return self.severity == HIGHEST_SEVERITY


def items(session: Session, show: Show, now: datetime) -> list[Item]:
    """The lines to show, most urgent first; what is settled, latest first."""
    found: list[Item] = []
    if show is Show.FAILED:
        return found  # messages, not people who wait: `app.reads.unsent` lists them
    if show is not Show.HAND_OVERS:
        found += _complaints(session, show, now)
    if show is not Show.COMPLAINTS:
        found += _hand_overs(session, show, now)
    if show is Show.RESOLVED:
        found.sort(key=lambda item: item.settled_at or item.opened_at, reverse=True)
    else:
        found.sort(
            key=lambda item: (not item.is_urgent, item.due_at or NEVER, item.severity or 3, item.opened_at)
        )
    return _with_last_words(session, found[:LONGEST])


def counts(session: Session, now: datetime) -> dict[Show, int]:
    """How many lines each list has; what is settled grows for ever and is not counted."""
    complaints = _count(session, Complaint, Complaint.status.in_(UNRESOLVED))
    late = _count(session, Complaint, Complaint.status.in_(UNRESOLVED), _complaint_is_late(now))
    alone = (Conversation.status == OPEN, ~_has_open_complaint())
    hand_overs = _count(session, Conversation, *alone)
    return {
        Show.ALL: complaints + hand_overs,
        Show.COMPLAINTS: complaints,
        Show.HAND_OVERS: hand_overs,
        Show.BREACHED: late + _count(session, Conversation, *alone, _hand_over_is_late(now)),
        Show.FAILED: unsent.count(session),
    }


def version(session: Session, show: Show, now: datetime) -> str:
    """Changes with whatever a list shows, and each minute; decrypts nothing, so that an idle desk costs nothing."""
    latest_first = (Inbound.received_at.desc(), Inbound.id.desc())
    theirs = (Inbound.customer_id == Conversation.customer_id, Inbound.brand_id == Conversation.brand_id)
    last_text = select(Inbound.id).where(*theirs).order_by(*latest_first).limit(1).scalar_subquery()
    waiting = select(
        Conversation.id,
        Conversation.staff_id,
        Conversation.answered_at,
        Conversation.answer_due_at,
        last_text,
    ).where(Conversation.status == OPEN)
    complaints = select(func.count(), func.max(Complaint.updated_at), func.sum(Complaint.event_count))
    settled = select(func.max(Conversation.closed_at))
    states = [
        show,
        now.replace(second=0, microsecond=0),
        counts(session, now),
        *session.execute(waiting.order_by(Conversation.id).limit(LONGEST)),
        *session.execute(complaints),
        *session.execute(settled),
    ]
    return sha256(repr(states).encode()).hexdigest()[:32]


def _count(session: Session, table: type[Any], *conditions: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0


def _complaint_is_late(now: datetime) -> ColumnElement[bool]:
    return or_(
        Complaint.first_response_breached_at.is_not(None),
        Complaint.resolution_breached_at.is_not(None),
        and_(Complaint.first_response_at.is_(None), Complaint.first_response_due_at < now),
        Complaint.resolution_due_at < now,
    )


def _hand_over_is_late(now: datetime) -> ColumnElement[bool]:
    return and_(Conversation.answered_at.is_(None), Conversation.answer_due_at < now)


def _has_open_complaint() -> ColumnElement[bool]:
    """Whether the hand-over's customer has an open complaint, whose line stands for both."""
    same = (
        Complaint.customer_id == Conversation.customer_id,
        Complaint.brand_id == Conversation.brand_id,
        Complaint.status.in_(UNRESOLVED),
    )
    return select(Complaint.id).where(*same).exists()


def _people(table: Any, *columns: Any) -> Select[Any]:
    people = (Customer.phone, Profile.name, Brand.code, Brand.name.label("brand_name"), Brand.timezone)
    is_theirs = and_(Profile.customer_id == table.customer_id, Profile.brand_id == table.brand_id)
    return (
        select(table.__table__, *people, *columns)
        .join(Customer, Customer.id == table.customer_id)
        .join(Brand, Brand.id == table.brand_id)
        .outerjoin(Profile, is_theirs)
        .where(~IS_ERASED)
    )


def _complaints(session: Session, show: Show, now: datetime) -> list[Item]:
    due = case(
        (Complaint.first_response_at.is_(None), Complaint.first_response_due_at),
        else_=Complaint.resolution_due_at,
    )
    query = (
        _people(Complaint, Staff.name.label("staff"), due.label("due_at"))
        .outerjoin(Conversation, Conversation.id == Complaint.conversation_id)
        .outerjoin(Staff, Staff.id == func.coalesce(Complaint.assignee_id, Conversation.staff_id))
    )
    if show is Show.RESOLVED:
        query = query.where(Complaint.status.in_(SETTLED)).order_by(Complaint.updated_at.desc())
    else:
        query = query.where(Complaint.status.in_(UNRESOLVED))
        query = query.order_by((Complaint.severity != HIGHEST_SEVERITY).asc(), due.asc().nulls_last())
    if show is Show.BREACHED:
        query = query.where(_complaint_is_late(now))
    return [_complaint(row, now) for row in session.execute(query.limit(LONGEST))]


def _complaint(row: Row[Any], now: datetime) -> Item:
    is_open = row.status in UNRESOLVED
    due_at = row.due_at if is_open else None
    kind = "first_response" if row.first_response_at is None else "resolution"
    breached = row.first_response_breached_at or row.resolution_breached_at
    return Item(
        kind="complaint",
        number=row.number,
        category=row.category,
        severity=row.severity if is_open else None,
        reason=None,
        status=row.status,
        due_at=due_at,
        due_kind=kind if due_at else None,
        is_late=bool(breached) or (due_at is not None and due_at < now),
        settled_at=None if is_open else row.resolution_at or row.updated_at,
        **_person(row),
    )


def _hand_overs(session: Session, show: Show, now: datetime) -> list[Item]:
    query = _people(Conversation, Staff.name.label("staff")).outerjoin(
        Staff, Staff.id == Conversation.staff_id
    )
    if show is Show.RESOLVED:
        no_complaint = ~select(Complaint.id).where(Complaint.conversation_id == Conversation.id).exists()
        query = query.where(Conversation.status == CLOSED, no_complaint).order_by(
            Conversation.closed_at.desc()
        )
    else:
        waits = case((Conversation.answered_at.is_(None), Conversation.answer_due_at))
        query = query.where(Conversation.status == OPEN).order_by(waits.asc().nulls_last())
    query = query.where(~_has_open_complaint())
    if show is Show.BREACHED:
        query = query.where(_hand_over_is_late(now))
    return [_hand_over(row, now) for row in session.execute(query.limit(LONGEST))]


def _hand_over(row: Row[Any], now: datetime) -> Item:
    due_at = row.answer_due_at if row.status == OPEN and row.answered_at is None else None
    return Item(
        kind="hand_over",
        number=None,
        category=None,
        severity=None,
        reason=row.reason,
        status="closed" if row.status == CLOSED else "answered" if row.answered_at else "open",
        due_at=due_at,
        due_kind="answer" if due_at else None,
        is_late=due_at is not None and due_at < now,
        settled_at=row.closed_at,
        **_person(row),
    )


def _person(row: Row[Any]) -> dict[str, Any]:
    return {
        "brand_code": row.code,
        "brand_name": row.brand_name,
        "zone": row.timezone,
        "brand_id": row.brand_id,
        "customer_id": row.customer_id,
        "phone": masked(row.phone),
        "name": row.name,
        "opened_at": row.opened_at,
        "staff": row.staff,
    }


def _with_last_words(session: Session, lines: Sequence[Item]) -> list[Item]:
    words = _last_words(session, {line.customer_id for line in lines})
    return [replace(line, said=words.get((line.customer_id, line.brand_id), "")) for line in lines]


def _last_words(session: Session, customers: Collection[UUID]) -> dict[tuple[UUID, UUID], str]:
    """What each of these customers wrote last to each brand, shortened."""
    per_brand = (Inbound.customer_id, Inbound.brand_id)
    newest_first = (Inbound.received_at.desc(), Inbound.id.desc())
    place = func.row_number().over(partition_by=per_brand, order_by=newest_first)
    ranked = select(Inbound.id, place.label("place")).where(Inbound.customer_id.in_(customers)).subquery()
    last = select(*per_brand, Inbound.text).join(ranked, ranked.c.id == Inbound.id).where(ranked.c.place == 1)
    return {
        (row.customer_id, row.brand_id): row.text[:SNIPPET] + ("…" if len(row.text) > SNIPPET else "")
        for row in session.execute(last)
    }
