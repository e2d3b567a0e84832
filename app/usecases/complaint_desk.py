"""What staff change of a complaint: what it is about, how urgent it is, whether it waits, one joined to another."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain.complaint_words import CATEGORIES, SEVERITIES
from app.store import complaints as complaint_store
from app.store.outbound.table import Outbound
from app.usecases import audit, complaints
from app.usecases.desk_turn import DeskRefusal, StaffMember, at_the_desk, owner_of
from app.usecases.parts import Parts
from app.usecases.turn import Turn

UNRESOLVED = (complaint_store.OPEN, complaint_store.WAITING)
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Class:
    """What a complaint is about, and how urgent it is: 1 is urgent, 2 normal."""

    category: str
    severity: int


def classify(
    parts: Parts, staff: StaffMember, complaint_id: UUID, seen: Class, wanted: Class, now: datetime
) -> None:
    """Changes what a complaint is about and how urgent it is, from what its reader has `seen`; no deadline depends on
    either. Raises DeskRefusal: `class_unknown`, `changed_meanwhile`, `already_resolved`."""
    known = wanted.category in (*CATEGORIES, seen.category)
    if not known or wanted.severity not in SEVERITIES:
        raise DeskRefusal("class_unknown")
    with _unresolved(parts, complaint_id, now) as (session, turn, complaint):
        if Class(complaint["category"], complaint["severity"]) != seen:
            raise DeskRefusal("changed_meanwhile")
        if wanted == seen:
            return
        complaints.classified(turn, complaint, staff.id, wanted.category, wanted.severity)
        told = {"category": wanted.category, "severity": wanted.severity}
        _note(session, staff, "complaint.classify", complaint_id, now, **told)


def go_on(parts: Parts, staff: StaffMember, complaint_id: UUID, now: datetime) -> None:
    """Waits for the customer no longer. Raises DeskRefusal: `not_waiting`, `already_resolved`."""
    with _unresolved(parts, complaint_id, now) as (session, turn, complaint):
        if complaint["status"] != complaint_store.WAITING:
            raise DeskRefusal("not_waiting")
        complaints.goes_on(turn, complaint, staff.id)
        _note(session, staff, "complaint.go_on", complaint_id, now)


def reopen(parts: Parts, staff: StaffMember, complaint_id: UUID, now: datetime) -> None:
    """The matter is not settled after all: its clocks start anew, as when the customer says so.
    Raises DeskRefusal: `open_already`, `merged_already`."""
    customer_id, brand_id = owner_of(parts, complaint_id)
    with at_the_desk(parts, customer_id, brand_id, now) as (session, turn):
        complaint = _any(session, turn, complaint_id)
        if complaint["status"] in UNRESOLVED:
            raise DeskRefusal("open_already")
        if complaint["follow_up_result"] == complaint_store.MERGED:
            raise DeskRefusal("merged_already")
        complaints.reopen(turn, complaint, None, "reopened_by_staff", staff.id)
        _note(session, staff, "complaint.reopen", complaint_id, now)


def merge(parts: Parts, staff: StaffMember, stays_id: UUID, leaves_id: UUID, now: datetime) -> None:
    """Joins the second complaint to the first one of the same customer and brand; the earlier deadlines hold.
    Raises DeskRefusal: `merge_with_itself`, `merge_apart`, `merged_already`, `already_resolved`."""
    if stays_id == leaves_id:
        raise DeskRefusal("merge_with_itself")
    if owner_of(parts, stays_id) != owner_of(parts, leaves_id):
        raise DeskRefusal("merge_apart")
    with _unresolved(parts, stays_id, now) as (session, turn, stays):
        leaves = _still_unresolved(session, turn, leaves_id)
        complaints.merge(turn, stays, leaves, staff.id)
        theirs = update(Outbound).where(Outbound.customer_id == turn.customer.id)
        session.execute(theirs.where(Outbound.complaint_id == leaves_id).values(complaint_id=stays_id))
        told = {"number": leaves["number"]}
        _note(session, staff, "complaint.merge", stays_id, now, **told)


@contextmanager
def _unresolved(parts: Parts, complaint_id: UUID, now: datetime) -> Iterator[tuple[Session, Turn, Row]]:
    customer_id, brand_id = owner_of(parts, complaint_id)
    with at_the_desk(parts, customer_id, brand_id, now) as (session, turn):
        yield session, turn, _still_unresolved(session, turn, complaint_id)


def _still_unresolved(session: Session, turn: Turn, complaint_id: UUID) -> Row:
    complaint = _any(session, turn, complaint_id)
    if complaint["follow_up_result"] == complaint_store.MERGED:
        raise DeskRefusal("merged_already")
    if complaint["status"] not in UNRESOLVED:
        raise DeskRefusal("already_resolved")
    return complaint


def _any(session: Session, turn: Turn, complaint_id: UUID) -> Row:
    """The complaint, closed or not, as one of this turn's."""
    for row in turn.complaints:
        if row["id"] == complaint_id:
            return row
    table = complaint_store.Complaint.__table__
    closed = session.execute(select(table).where(table.c.id == complaint_id)).one()
    complaint = dict(closed._mapping)
    turn.complaints.append(complaint)
    return complaint


def _note(
    session: Session, staff: StaffMember, action: str, complaint_id: UUID, now: datetime, **told: Any
) -> None:
    audit.note(session, staff.email, action, "complaint", str(complaint_id), now, staff.id, **told)
