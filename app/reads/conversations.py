"""One customer with one brand, as the desk shows them: what was written, what the bot decided, the complaints."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.domain.phone import masked
from app.reads.why import Explained, about_subjects
from app.store.complaints import OPEN, WAITING, Complaint, ComplaintEvent
from app.store.conversations import OPEN as IS_OPEN
from app.store.conversations import Conversation
from app.store.customers import Customer, Profile
from app.store.forgetting import IS_ERASED
from app.store.inbounds import Inbound
from app.store.outbound.table import Outbound
from app.store.staff import Staff

LONGEST = 200
"""Messages of each direction that the page goes back."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who the desk is talking to. The phone is masked."""

    customer_id: UUID
    phone: str
    name: str | None
    language: str | None
    consent: str
    tags: tuple[str, ...]
    number_status: str
    separate_consents: tuple[str, ...]
    is_personalised: bool


@dataclass(frozen=True, slots=True)
class Message:
    """One text. `by` of an outbound is a member of staff, or None for the bot; `why` are the decisions about it."""

    id: UUID
    direction: str
    text: str
    at: datetime
    status: str
    reason: str | None
    by: str | None
    parts: int | None
    handed_at: datetime | None
    why: tuple[Explained, ...]


@dataclass(frozen=True, slots=True)
class Promise:
    """One of a complaint's three clocks: when it is due, when it was met, when it was missed."""

    kind: str
    due_at: datetime | None
    met_at: datetime | None
    missed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Event:
    """One step of a complaint. `detail` is a code, `note` what staff wrote for each other."""

    kind: str
    at: datetime
    by: str | None
    note: str | None
    detail: str | None


@dataclass(frozen=True, slots=True)
class ComplaintPage:
    """A complaint with its clocks and its events, the latest event first."""

    id: UUID
    number: int
    kind: str
    category: str
    severity: int
    status: str
    summary: str
    opened_at: datetime
    follow_up_result: str | None
    promises: tuple[Promise, ...]
    events: tuple[Event, ...]

    @property
    def is_open(self) -> bool:
        """Whether it waits to be resolved."""
        return self.status in (OPEN, WAITING)


@dataclass(frozen=True, slots=True)
class HandOver:
    """The open hand-over: why, since when, and who has it. `staff_until` is when the bot may speak again."""

    reason: str
    opened_at: datetime
    answer_due_at: datetime
    answered_at: datetime | None
    staff_id: UUID | None
    staff: str | None
    staff_until: datetime | None


def person(session: Session, customer_id: UUID, brand_id: UUID) -> Person | None:
    """The customer as this brand knows them; None where the two have never met."""
    mine = (Profile.customer_id == customer_id, Profile.brand_id == brand_id)
    found = session.execute(
        select(Customer.phone, Customer.number_status, Profile).join(Profile).where(*mine, ~IS_ERASED)
    ).one_or_none()
    if found is None:
        return None
    profile: Profile = found.Profile
    return Person(
        customer_id,
        masked(found.phone),
        profile.name,
        profile.language,
        profile.consent,
        tuple(profile.tags),
        found.number_status,
        tuple(profile.separate_consents),
        profile.is_personalised,
    )


def thread(session: Session, customer_id: UUID, brand_id: UUID) -> list[Message]:
    """What the two wrote to each other, oldest first."""
    theirs = (
        select(Inbound.__table__)
        .where(Inbound.customer_id == customer_id, Inbound.brand_id == brand_id)
        .order_by(Inbound.received_at.desc(), Inbound.id.desc())
    )
    ours = (
        select(Outbound.__table__, Staff.name.label("by"))
        .outerjoin(Staff, Staff.id == Outbound.staff_id)
        .where(Outbound.customer_id == customer_id, Outbound.brand_id == brand_id)
        .order_by(Outbound.created_at.desc(), Outbound.id.desc())
    )
    came = session.execute(theirs.limit(LONGEST)).all()
    went = session.execute(ours.limit(LONGEST)).all()
    why = _why(session, [row.id for row in (*came, *went)])
    written = [_inbound(row, why) for row in came] + [_outbound(row, why) for row in went]
    return sorted(written, key=lambda message: (message.at, message.direction == "outbound", message.id))


def _why(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[Explained]]:
    decided: dict[UUID, list[Explained]] = {}
    for one in about_subjects(session, ids):
        decided.setdefault(one.subject_id, []).append(one)
    return decided


def _inbound(row: Row[Any], why: dict[UUID, list[Explained]]) -> Message:
    decided = tuple(why.get(row.id, ()))
    return Message(
        row.id, "inbound", row.text, row.received_at, row.status, row.outcome, None, None, None, decided
    )


def _outbound(row: Row[Any], why: dict[UUID, list[Explained]]) -> Message:
    decided = tuple(why.get(row.id, ()))
    return Message(
        row.id,
        "outbound",
        row.text,
        row.created_at,
        row.status,
        row.reason,
        row.by,
        row.parts,
        row.handed_at,
        decided,
    )


def hand_over(session: Session, customer_id: UUID, brand_id: UUID) -> HandOver | None:
    """The open hand-over of this customer."""
    mine = (
        Conversation.customer_id == customer_id,
        Conversation.brand_id == brand_id,
        Conversation.status == IS_OPEN,
    )
    query = select(Conversation, Staff.name).outerjoin(Staff, Staff.id == Conversation.staff_id).where(*mine)
    found = session.execute(query).one_or_none()
    if found is None:
        return None
    held, staff = found
    return HandOver(
        held.reason,
        held.opened_at,
        held.answer_due_at,
        held.answered_at,
        held.staff_id,
        staff,
        held.staff_until,
    )


def complaints(session: Session, customer_id: UUID, brand_id: UUID) -> list[ComplaintPage]:
    """The customer's complaints to this brand, the open one first, then the latest."""
    mine = (Complaint.customer_id == customer_id, Complaint.brand_id == brand_id)
    rows = list(session.scalars(select(Complaint).where(*mine).order_by(Complaint.opened_at.desc())))
    events = _events(session, [row.id for row in rows])
    pages = [_complaint(row, tuple(events.get(row.id, ()))) for row in rows]
    return sorted(pages, key=lambda page: not page.is_open)


def _events(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[Event]]:
    query = (
        select(ComplaintEvent, Staff.name)
        .outerjoin(Staff, Staff.id == ComplaintEvent.staff_id)
        .where(ComplaintEvent.complaint_id.in_(ids))
        .order_by(ComplaintEvent.sequence.desc())
    )
    events: dict[UUID, list[Event]] = {}
    for row, by in session.execute(query):
        event = Event(row.kind, row.at, by, row.note, row.details.get("detail"))
        events.setdefault(row.complaint_id, []).append(event)
    return events


def _complaint(row: Complaint, events: tuple[Event, ...]) -> ComplaintPage:
    promises = (
        Promise(
            "first_response",
            row.first_response_due_at,
            row.first_response_at,
            row.first_response_breached_at,
        ),
        Promise("resolution", row.resolution_due_at, row.resolution_at, row.resolution_breached_at),
        Promise("follow_up", row.follow_up_due_at, row.follow_up_at, row.follow_up_breached_at),
    )
    return ComplaintPage(
        row.id,
        row.number,
        row.kind,
        row.category,
        row.severity,
        row.status,
        row.summary,
        row.opened_at,
        row.follow_up_result,
        promises,
        events,
    )
