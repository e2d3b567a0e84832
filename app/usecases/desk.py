"""What staff do at the desk: take a conversation, reply by SMS, note, wait, resolve, hand back to the bot."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.purpose import Cause, CauseKind
from app.domain.text import clean, is_blank
from app.store import complaints as complaint_store
from app.store import conversations, customers
from app.store.outbound.table import Outbound
from app.usecases import audit, complaints, hand_offs, messages
from app.usecases.changes import Changes
from app.usecases.parts import Parts
from app.usecases.turn import Reader, Turn

MAX_REPLY = 500


class DeskRefusal(Exception):
    """What staff asked for cannot be done; `reason` is a code that the page words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


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
    Raises DeskRefusal: `empty`, `too_long`, `unknown_customer`, `no_sender`.
    """
    text = clean(text).strip()
    if is_blank(text):
        raise DeskRefusal("empty")
    if len(text) > MAX_REPLY:
        raise DeskRefusal("too_long")
    with _desk(parts, customer_id, brand_id, now) as (session, turn):
        if outbound_id is not None and session.get(Outbound, outbound_id) is not None:
            return outbound_id
        complaint = turn.open_complaint
        _take(turn, staff, now)
        cause = Cause(CauseKind.STAFF_REPLY, now)
        if complaint is not None and not _wrote_lately(turn, now):
            cause = Cause(CauseKind.COMPLAINT, now)
        origin = messages.Origin(
            complaint_id=complaint["id"] if complaint else None, staff_id=staff.id, is_follow_up=False
        )
        outbound_id = messages.queue(parts, turn, text, cause, origin, outbound_id=outbound_id)
        audit.note(session, staff.email, "desk.reply", "customer", str(customer_id), now, staff.id)
    parts.wake.ring("outbound")
    return outbound_id


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


def resolve(parts: Parts, staff: StaffMember, complaint_id: UUID, text: str, now: datetime) -> None:
    """Marks a complaint as resolved and tells the customer: in staff's own words, or in the standing ones.

    Raises DeskRefusal: `unknown_complaint`, `already_resolved`, `too_long`.
    """
    customer_id, brand_id = _owner(parts, complaint_id)
    text = clean(text).strip()
    if len(text) > MAX_REPLY:
        raise DeskRefusal("too_long")
    with _desk(parts, customer_id, brand_id, now) as (session, turn):
        complaint = _complaint(turn, complaint_id)
        if complaint["status"] not in (complaint_store.OPEN, complaint_store.WAITING):
            raise DeskRefusal("already_resolved")
        cause = Cause(CauseKind.COMPLAINT, now)
        origin = messages.Origin(complaint_id=complaint_id, staff_id=staff.id)
        if text:
            outbound_id = messages.queue(parts, turn, text, cause, origin)
        else:
            outbound_id = messages.say(parts, turn, "resolved", cause, origin)
        complaints.resolved(turn, complaint, staff.id, outbound_id)
        if turn.conversation is not None:
            hand_offs.change(turn, status=conversations.CLOSED, closed_at=now, staff_until=None)
        audit.note(session, staff.email, "complaint.resolve", "complaint", str(complaint_id), now, staff.id)
    parts.wake.ring("outbound")


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
        if customer_id not in locked or brand_id not in directory.brands:
            raise DeskRefusal("unknown_customer")
        profile = customers.profiles(session, [customer_id]).get((customer_id, brand_id))
        if profile is None:
            raise DeskRefusal("unknown_customer")
        known = profile["last_sender_id"]
        last = _last_sender(session, customer_id, brand_id) or known
        sender = directory.sender_for(brand_id, "service", last)
        if sender is None:
            raise DeskRefusal("no_sender")
        book = Reader(session, directory, changes, now).turns({(customer_id, sender.id)}, locked)
        yield session, book.turn(customer_id, sender.id, "")
        changes.flush(session)


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


def _wrote_lately(turn: Turn, now: datetime) -> bool:
    last = turn.customer.last_inbound_at
    return last is not None and (now - last).total_seconds() < 86_400
