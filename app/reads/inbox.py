"""The desk's list: complaints and hand-overs together, the urgent first, then those with the least time left."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, func, select
from sqlalchemy.orm import Session

from app.domain.desk_queue import WAITING
from app.domain.mentions import Colleague
from app.domain.phone import masked
from app.domain.sentiment import Level
from app.reads.desk_lists import Line, Place, Show, Wanted, places
from app.store import mentions
from app.store.brands import Brand
from app.store.complaints import Complaint
from app.store.conversations import CLOSED, OPEN, Conversation
from app.store.customers import Customer, Profile
from app.store.forgetting import IS_ERASED
from app.store.inbounds import Inbound
from app.store.staff import Staff

PAGE = 50
"""Lines of one page; the counts are of all there are."""
SNIPPET = 90
LEFT_OUT = ("summary", "clock", "warned")
"""What takes time to read and no line shows."""


@dataclass(frozen=True, slots=True)
class Item:
    """One line. `due_kind` says which clock runs: first_response, resolution or answer; None if none does."""

    id: UUID
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
    tone: str = Level.CALM.value
    tone_signs: tuple[str, ...] = ()
    said: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Lines in their order; `next` is where the next page begins, None on the last one."""

    lines: list[Item]
    next: Place | None = None


def page(session: Session, wanted: Wanted, now: datetime, after: Place | None = None) -> Page:
    """The lines that follow that place, most urgent first; what is settled, latest first."""
    if wanted.show is Show.FAILED:
        return Page([])  # messages, not people who wait: `app.reads.unsent` lists them
    is_settled = wanted.show is Show.RESOLVED
    found_places = [
        (at, row_id, table)
        for table in (Complaint, Conversation)
        if (query := places(table, wanted, now, after, PAGE + 1)) is not None
        for at, row_id in session.execute(query)
    ]
    found_places.sort(key=lambda place: place[:2], reverse=is_settled)
    here = found_places[:PAGE]
    found = _items(session, Complaint, [row_id for _, row_id, table in here if table is Complaint], now)
    found |= _items(
        session, Conversation, [row_id for _, row_id, table in here if table is Conversation], now
    )
    lines = [found[row_id] for _, row_id, _ in here if row_id in found]
    last = Place(*here[-1][:2]) if len(found_places) > PAGE else None
    return Page(_with_last_words(session, lines), last)


def colleagues(session: Session) -> list[Colleague]:
    """Whose lines can be asked for, and who can be given one: all who work at the desk."""
    return mentions.colleagues(session)


def _items(session: Session, table: Line, ids: Sequence[UUID], now: datetime) -> dict[UUID, Item]:
    if not ids:
        return {}
    make, whose = (
        (_complaint, Complaint.assignee_id) if table is Complaint else (_hand_over, Conversation.staff_id)
    )
    people = (Customer.phone, Profile.name, Brand.code, Brand.name.label("brand_name"), Brand.timezone)
    is_theirs = and_(Profile.customer_id == table.customer_id, Profile.brand_id == table.brand_id)
    shown = [column for column in table.__table__.columns if column.name not in LEFT_OUT]
    query = (
        select(*shown, *people, Staff.name.label("staff"))
        .join(Customer, Customer.id == table.customer_id)
        .join(Brand, Brand.id == table.brand_id)
        .outerjoin(Profile, is_theirs)
        .outerjoin(Staff, Staff.id == whose)
        .where(table.id.in_(ids), ~IS_ERASED)
    )
    return {row.id: make(row, now) for row in session.execute(query)}


def _complaint(row: Row[Any], now: datetime) -> Item:
    is_open = row.status in WAITING
    is_unanswered = row.first_response_at is None
    due_at = (row.first_response_due_at if is_unanswered else row.resolution_due_at) if is_open else None
    kind = "first_response" if is_unanswered else "resolution"
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
        is_late=bool(breached) or (row.late_at is not None and row.late_at < now),
        settled_at=None if is_open else row.resolution_at or row.updated_at,
        **_person(row),
    )


def _hand_over(row: Row[Any], now: datetime) -> Item:
    due_at = row.answer_due_at if row.status == OPEN and row.answered_at is None else None
    return Item(
        kind="hand_over",
        number=None,
        category=None,
        severity=row.severity if row.status == OPEN else None,
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
        "id": row.id,
        "brand_code": row.code,
        "brand_name": row.brand_name,
        "zone": row.timezone,
        "brand_id": row.brand_id,
        "customer_id": row.customer_id,
        "phone": masked(row.phone),
        "name": row.name,
        "opened_at": row.opened_at,
        "staff": row.staff,
        "tone": row.tone,
        "tone_signs": tuple(row.tone_signs),
    }


def _with_last_words(session: Session, lines: Sequence[Item]) -> list[Item]:
    words = last_words(session, {line.customer_id for line in lines})
    return [replace(line, said=words.get((line.customer_id, line.brand_id), "")) for line in lines]


def last_words(session: Session, customers: Collection[UUID]) -> dict[tuple[UUID, UUID], str]:
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
