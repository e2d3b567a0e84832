"""A customer's complaints to a brand, as a conversation's page shows them: clocks, state, what happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import sla
from app.domain.sla import SlaState
from app.store.complaints import MERGED, OPEN, WAITING, Complaint, ComplaintEvent
from app.store.staff import Staff


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
    tone: str
    tone_signs: tuple[str, ...]
    opened_at: datetime
    follow_up_result: str | None
    waits_until: datetime | None
    may_wait: bool
    promises: tuple[Promise, ...]
    events: tuple[Event, ...]

    @property
    def is_open(self) -> bool:
        """Whether it waits to be resolved."""
        return self.status in (OPEN, WAITING)

    @property
    def may_be_reopened(self) -> bool:
        """Whether it was settled, rather than merged into another one."""
        return not self.is_open and self.follow_up_result not in (MERGED, "erased")


def complaints(session: Session, customer_id: UUID, brand_id: UUID, now: datetime) -> list[ComplaintPage]:
    """The customer's complaints to this brand as they stand now, the open one first, then the latest."""
    mine = (Complaint.customer_id == customer_id, Complaint.brand_id == brand_id)
    rows = list(session.scalars(select(Complaint).where(*mine).order_by(Complaint.opened_at.desc())))
    events = _events(session, [row.id for row in rows])
    pages = [_complaint(row, tuple(events.get(row.id, ())), now) for row in rows]
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


def _complaint(row: Complaint, events: tuple[Event, ...], now: datetime) -> ComplaintPage:
    """A wait for the customer that has lasted long enough is over, whether or not anything has happened since."""
    state = sla.as_of(SlaState.from_json(row.clock), now)
    resolution_due_at = None if state.status == WAITING else state.resolution_due_at
    promises = (
        Promise(
            "first_response",
            row.first_response_due_at,
            row.first_response_at,
            row.first_response_breached_at,
        ),
        Promise("resolution", resolution_due_at, row.resolution_at, row.resolution_breached_at),
        Promise("follow_up", row.follow_up_due_at, row.follow_up_at, row.follow_up_breached_at),
    )
    return ComplaintPage(
        row.id,
        row.number,
        row.kind,
        row.category,
        row.severity,
        state.status,
        row.summary,
        row.tone,
        tuple(row.tone_signs),
        row.opened_at,
        row.follow_up_result,
        state.pause_ends_at,
        state.may_pause_after_reply,
        () if state.is_merged_away else promises,
        events,
    )
