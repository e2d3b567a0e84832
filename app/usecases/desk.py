"""What staff do at the desk: take a conversation, reply by SMS, note, wait, resolve, hand back to the bot."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.content.check import Finding
from app.domain.delivery_codes import REASSIGNED
from app.domain.purpose import Cause, CauseKind
from app.domain.text import clean, is_blank
from app.store import complaints as complaint_store
from app.store import conversations, customers
from app.store.forgetting import is_erased
from app.store.outbound.table import Outbound
from app.usecases import audit, complaints, hand_offs, holds, messages, number_owners, staff_texts
from app.usecases.changes import Changes
from app.usecases.directory import Directory
from app.usecases.parts import Parts
from app.usecases.staff_texts import Judged
from app.usecases.turn import Reader, Turn


class DeskRefusal(Exception):
    """What staff asked for cannot be done; `reason` is a code that the page words.

    A text that would not be sent comes with the `objections` of the content checks.
    """

    def __init__(self, reason: str, objections: tuple[Finding, ...] = ()) -> None:
        super().__init__(reason)
        self.reason, self.objections = reason, objections


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Who acts at the desk."""

    id: UUID
    email: str


def reply(
    parts: Parts,
    staff: StaffMember,
    customer_id: UUID,
    brand_id: UUID,
    text: str,
    now: datetime,
    outbound_id: UUID | None = None,
) -> UUID:
    """Sends the customer a text from staff, who then have the conversation; returns the outbound id.

    It counts as a response once a provider has taken it (`staff_replies`), not before. A form that is sent
    twice names the same `outbound_id` and sends one text.
    Raises DeskRefusal: `empty`, `unknown_customer`, `no_sender`, or what the content checks object to.
    """
    text = clean(text).strip()
    if is_blank(text):
        raise DeskRefusal("empty")
    with _desk(parts, customer_id, brand_id, now) as (session, turn):
        if outbound_id is not None and session.get(Outbound, outbound_id) is not None:
            return outbound_id
        _still_theirs(turn)
        complaint = turn.open_complaint
        cause = staff_texts.reply_cause(turn, now)
        _check(parts, turn, text, cause)
        _take(turn, staff, now)
        origin = messages.Origin(
            complaint_id=complaint["id"] if complaint else None, staff_id=staff.id, is_follow_up=False
        )
        outbound_id = messages.queue(parts, turn, text, cause, origin, outbound_id=outbound_id)
        audit.note(session, staff.email, "desk.reply", "customer", str(customer_id), now, staff.id)
    parts.wake.ring("outbound")
    return outbound_id


def preview(parts: Parts, customer_id: UUID, brand_id: UUID, text: str, now: datetime) -> Judged | None:
    """A reply as the customer would get it now, and what the checks say of it; None where it cannot be told yet."""
    directory = parts.directory.current(now)
    with parts.store.read() as session:
        customer = session.get(customers.Customer, customer_id)
        if customer is None or brand_id not in directory.brands:
            return None
        turn = _turn(session, directory, Changes(), customer_id, brand_id, {customer_id: customer}, now)
        return staff_texts.judged(parts, turn, clean(text).strip(), staff_texts.reply_cause(turn, now))


def take(parts: Parts, staff: StaffMember, customer_id: UUID, brand_id: UUID, now: datetime) -> None:
    """Staff have the conversation: the bot is silent but for opting out and in."""
    with _desk(parts, customer_id, brand_id, now) as (session, turn):
        held = turn.conversation
        if held is not None and held["staff_id"] not in (None, staff.id) and hand_offs.is_with_staff(turn):
            raise DeskRefusal("taken_by_another")
        _take(turn, staff, now)
        audit.note(session, staff.email, "desk.take", "customer", str(customer_id), now, staff.id)


def hand_back(parts: Parts, staff: StaffMember, customer_id: UUID, brand_id: UUID, now: datetime) -> None:
    """The bot answers again and the hand-over is closed; a complaint stays open until it is resolved."""
    with _desk(parts, customer_id, brand_id, now) as (session, turn):
        if turn.conversation is not None:
            hand_offs.change(turn, status=conversations.CLOSED, closed_at=now, staff_until=None)
        audit.note(session, staff.email, "desk.hand_back", "customer", str(customer_id), now, staff.id)


def reassign(parts: Parts, staff: StaffMember, customer_id: UUID, brand_id: UUID, now: datetime) -> None:
    """The number is somebody else's now: the customer's consent and profile end with every brand."""
    with _desk(parts, customer_id, brand_id, now) as (session, turn):
        _still_theirs(turn)
        number_owners.end(session, turn.changes, customer_id, "staff", now, status="unknown")
        audit.note(session, staff.email, "desk.reassign", "customer", str(customer_id), now, staff.id)


def settle_doubt(
    parts: Parts, staff: StaffMember, customer_id: UUID, brand_id: UUID, now: datetime, *, is_opt_out: bool
) -> None:
    """Staff have found out whether a customer whose marketing is held has opted out. Raises DeskRefusal: `not_held`."""
    with _desk(parts, customer_id, brand_id, now) as (session, turn):
        _still_theirs(turn)
        if turn.profile["consent"] != "held":
            raise DeskRefusal("not_held")
        holds.settle(session, turn, staff.email, is_opt_out=is_opt_out)
        action = "consent.withdrawn" if is_opt_out else "consent.hold_lifted"
        audit.note(session, staff.email, action, "customer", str(customer_id), now, staff.id)


def resolve(
    parts: Parts,
    staff: StaffMember,
    complaint_id: UUID,
    text: str,
    now: datetime,
    *,
    is_told_otherwise: bool = False,
) -> None:
    """Marks a complaint as resolved and tells the customer: in staff's own words, or in the standing ones.

    No text goes to one who `is_told_otherwise`: by phone, in the shop. Where a text cannot be sent after all, the
    complaint comes back (`staff_replies`).
    Raises DeskRefusal: `unknown_complaint`, `already_resolved`, or what the content checks object to.
    """
    customer_id, brand_id = _owner(parts, complaint_id)
    text = clean(text).strip()
    with _desk(parts, customer_id, brand_id, now) as (session, turn):
        complaint = _complaint(turn, complaint_id)
        if complaint["status"] not in (complaint_store.OPEN, complaint_store.WAITING):
            raise DeskRefusal("already_resolved")
        outbound_id = None
        if not is_told_otherwise:
            outbound_id = _tell_resolved(parts, turn, staff, complaint_id, text)
        complaints.resolved(turn, complaint, staff.id, outbound_id)
        if turn.conversation is not None:
            hand_offs.change(turn, status=conversations.CLOSED, closed_at=now, staff_until=None)
        audit.note(session, staff.email, "complaint.resolve", "complaint", str(complaint_id), now, staff.id)
    parts.wake.ring("outbound")


def _tell_resolved(parts: Parts, turn: Turn, staff: StaffMember, complaint_id: UUID, text: str) -> UUID:
    _still_theirs(turn)
    cause = Cause(CauseKind.COMPLAINT, turn.now)
    text = text or messages.standing(parts, turn, "resolved", turn.language)
    _check(parts, turn, text, cause)
    return messages.queue(
        parts, turn, text, cause, messages.Origin(complaint_id=complaint_id, staff_id=staff.id)
    )


def _still_theirs(turn: Turn) -> None:
    """Refuses what would reach whoever has the number now."""
    if turn.customer.number_status == REASSIGNED:
        raise DeskRefusal("reassigned_already")


def _check(parts: Parts, turn: Turn, text: str, cause: Cause) -> None:
    """Refuses a text that the gate would refuse for what it says."""
    objections = staff_texts.judged(parts, turn, text, cause).objections
    if objections:
        raise DeskRefusal(objections[0].code, objections)


def note(parts: Parts, staff: StaffMember, complaint_id: UUID, text: str, now: datetime) -> None:
    """Adds an internal note that the customer never sees. Raises DeskRefusal: `empty`, `unknown_complaint`."""
    if is_blank(text):
        raise DeskRefusal("empty")
    customer_id, brand_id = _owner(parts, complaint_id)
    with _desk(parts, customer_id, brand_id, now) as (session, turn):
        complaints.noted(turn, _complaint(turn, complaint_id), staff.id, clean(text)[:2000])
        audit.note(session, staff.email, "complaint.note", "complaint", str(complaint_id), now, staff.id)


@contextmanager
def _desk(parts: Parts, customer_id: UUID, brand_id: UUID, now: datetime) -> Iterator[tuple[Session, Turn]]:
    """The customer's turn under the lock; what it changes is written at the end."""
    directory, changes = parts.directory.current(now), Changes()
    with parts.store.write() as session:
        locked = {row.id: row for row in customers.lock(session, [customer_id])}
        is_there = customer_id in locked and not is_erased(locked[customer_id])
        if not is_there or brand_id not in directory.brands:
            raise DeskRefusal("unknown_customer")
        yield session, _turn(session, directory, changes, customer_id, brand_id, locked, now)
        changes.flush(session)


def _turn(
    session: Session,
    directory: Directory,
    changes: Changes,
    customer_id: UUID,
    brand_id: UUID,
    rows: Mapping[UUID, Any],
    now: datetime,
) -> Turn:
    profile = customers.profiles(session, [customer_id]).get((customer_id, brand_id))
    if profile is None:
        raise DeskRefusal("unknown_customer")
    last = _last_sender(session, customer_id, brand_id) or profile["last_sender_id"]
    sender = directory.sender_for(brand_id, "service", last)
    if sender is None:
        raise DeskRefusal("no_sender")
    book = Reader(session, directory, changes, now).turns({(customer_id, sender.id)}, rows)
    return book.turn(customer_id, sender.id, "")


def _last_sender(session: Session, customer_id: UUID, brand_id: UUID) -> UUID | None:
    mine = (Outbound.customer_id == customer_id, Outbound.brand_id == brand_id)
    return session.scalars(
        select(Outbound.sender_id).where(*mine).order_by(Outbound.created_at.desc()).limit(1)
    ).first()


def _owner(parts: Parts, complaint_id: UUID) -> tuple[UUID, UUID]:
    table = complaint_store.Complaint
    with parts.store.read() as session:
        found = session.execute(
            select(table.customer_id, table.brand_id).where(table.id == complaint_id)
        ).one_or_none()
    if found is None:
        raise DeskRefusal("unknown_complaint")
    return found.customer_id, found.brand_id


def _complaint(turn: Turn, complaint_id: UUID) -> dict[str, object]:
    for row in turn.complaints:
        if row["id"] == complaint_id:
            return row
    raise DeskRefusal("already_resolved")


def _take(turn: Turn, staff: StaffMember, now: datetime) -> None:
    if turn.conversation is None:
        hand_offs.hand_off(turn, "staff_began")
    hand_offs.change(turn, staff_id=staff.id, staff_until=now + hand_offs.STAFF_HOLD)
