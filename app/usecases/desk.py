"""What staff do at the desk: take a conversation, reply by SMS, note, wait, resolve, hand back to the bot."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.domain.complaint_words import Resolution
from app.domain.delivery_codes import REASSIGNED
from app.domain.mentions import mentioned
from app.domain.purpose import Cause, CauseKind
from app.domain.sla import SlaState
from app.domain.text import clean, is_blank
from app.store import complaints as complaint_store
from app.store import conversations, customers, mentions
from app.store.outbound import replies
from app.store.outbound.table import CANCELLED, Outbound
from app.usecases import audit, complaints, hand_offs, holds, messages, number_owners, opting, staff_texts
from app.usecases.changes import Changes
from app.usecases.desk_turn import DeskRefusal as DeskRefusal
from app.usecases.desk_turn import StaffMember as StaffMember
from app.usecases.desk_turn import at_the_desk, complaint_of, owner_of, turn_of
from app.usecases.parts import Parts
from app.usecases.staff_texts import Judged
from app.usecases.turn import Turn


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A reply that has not left after all: what it said, and whether the complaint was to wait for its answer."""

    text: str
    awaits_answer: bool


def reply(
    parts: Parts,
    staff: StaffMember,
    customer_id: UUID,
    brand_id: UUID,
    text: str,
    now: datetime,
    outbound_id: UUID | None = None,
    *,
    leaves_at: datetime | None = None,
    seen: UUID | None = None,
    awaits_answer: bool = False,
) -> UUID:
    """Queues a text from staff, who then have the conversation; returns the outbound id.

    Until `leaves_at` it can be taken back. It counts as a response once a provider has taken it (`staff_replies`), not
    before. A form that is sent twice names the same `outbound_id` and sends one text. `seen` is the last text of staff
    that its writer had before them, `replies.NONE` where there was none. Where it `awaits_answer`, the complaint waits
    for the customer from its leaving on.
    Raises DeskRefusal: `empty`, `unknown_customer`, `no_sender`, `cancelled_meanwhile`, `replied_meanwhile`,
    `may_not_wait`, or what the content checks object to.
    """
    if is_blank(text := clean(text).strip()):
        raise DeskRefusal("empty")
    with at_the_desk(parts, customer_id, brand_id, now) as (session, turn):
        if outbound_id is not None and _is_there(session, outbound_id):
            return outbound_id
        _still_theirs(turn)
        if seen is not None and replies.of_colleagues_since(session, *turn.key, seen, staff.id):
            raise DeskRefusal("replied_meanwhile")
        complaint_id = _complaint_to_answer(turn, awaits_answer=awaits_answer)
        _check(parts, turn, text, cause := staff_texts.reply_cause(turn, now))
        _take(turn, staff, now)
        origin = messages.Origin(complaint_id=complaint_id, staff_id=staff.id, awaits_answer=awaits_answer)
        outbound_id = messages.queue(
            parts, turn, text, cause, origin, due_at=leaves_at, outbound_id=outbound_id
        )
        audit.note(session, staff.email, "desk.reply", "customer", str(customer_id), now, staff.id)
    parts.wake.ring("outbound")
    return outbound_id


def _complaint_to_answer(turn: Turn, *, awaits_answer: bool) -> UUID | None:
    """Which complaint a reply is for; refuses one after which it could not wait for the customer."""
    complaint = turn.open_complaint
    if awaits_answer and (
        complaint is None or not SlaState.from_json(complaint["clock"]).may_pause_after_reply
    ):
        raise DeskRefusal("may_not_wait")
    return complaint["id"] if complaint else None


def _is_there(session: Session, outbound_id: UUID) -> bool:
    """Whether the form has been sent before; what it said may have been taken back since."""
    known = session.get(Outbound, outbound_id)
    if known is not None and known.status == CANCELLED:
        raise DeskRefusal("cancelled_meanwhile")
    return known is not None


def take_back(
    parts: Parts, staff: StaffMember, customer_id: UUID, brand_id: UUID, outbound_id: UUID, now: datetime
) -> TakenBack:
    """Keeps a reply of one's own from leaving, and returns what it was; its hand-over asks under the same lock, so
    that one of the two wins. Raises DeskRefusal: `not_yours`, `left_already`, `cancelled_meanwhile`."""
    with at_the_desk(parts, customer_id, brand_id, now) as (session, turn):
        row = session.get(Outbound, outbound_id)
        if row is None or (row.customer_id, row.brand_id, row.staff_id) != (*turn.key, staff.id):
            raise DeskRefusal("not_yours")
        if not replies.take_back(session, outbound_id, now):
            raise DeskRefusal("cancelled_meanwhile" if row.status == CANCELLED else "left_already")
        turn.decide("outbound", outbound_id, "cancelled", replies.TAKEN_BACK)
        audit.note(session, staff.email, "desk.take_back", "outbound", str(outbound_id), now, staff.id)
        return TakenBack(row.body, row.awaits_answer)


def preview(parts: Parts, customer_id: UUID, brand_id: UUID, text: str, now: datetime) -> Judged | None:
    """A reply as the customer would get it now, and what the checks say of it; None where it cannot be told yet."""
    directory = parts.directory.current(now)
    with parts.store.read() as session:
        customer = session.get(customers.Customer, customer_id)
        if customer is None or brand_id not in directory.brands:
            return None
        turn = turn_of(session, directory, Changes(), customer_id, brand_id, {customer_id: customer}, now)
        return staff_texts.judged(parts, turn, clean(text).strip(), staff_texts.reply_cause(turn, now))


def take(parts: Parts, staff: StaffMember, customer_id: UUID, brand_id: UUID, now: datetime) -> None:
    """Staff have the conversation: the bot is silent but for opting out and in."""
    with at_the_desk(parts, customer_id, brand_id, now) as (session, turn):
        held = turn.conversation
        if held is not None and held["staff_id"] not in (None, staff.id) and hand_offs.is_with_staff(turn):
            raise DeskRefusal("taken_by_another")
        _take(turn, staff, now)
        audit.note(session, staff.email, "desk.take", "customer", str(customer_id), now, staff.id)


def hand_back(parts: Parts, staff: StaffMember, customer_id: UUID, brand_id: UUID, now: datetime) -> None:
    """The bot answers again and the hand-over is closed; a complaint stays open until it is resolved."""
    with at_the_desk(parts, customer_id, brand_id, now) as (session, turn):
        if turn.conversation is not None:
            hand_offs.change(turn, status=conversations.CLOSED, closed_at=now, staff_until=None)
        audit.note(session, staff.email, "desk.hand_back", "customer", str(customer_id), now, staff.id)


def reassign(parts: Parts, staff: StaffMember, customer_id: UUID, brand_id: UUID, now: datetime) -> None:
    """The number is somebody else's now: the customer's consent and profile end with every brand."""
    with at_the_desk(parts, customer_id, brand_id, now) as (session, turn):
        _still_theirs(turn)
        number_owners.end(session, turn.changes, customer_id, "staff", now, status="unknown")
        audit.note(session, staff.email, "desk.reassign", "customer", str(customer_id), now, staff.id)


def settle_doubt(
    parts: Parts, staff: StaffMember, customer_id: UUID, brand_id: UUID, now: datetime, *, is_opt_out: bool
) -> None:
    """Staff have found out whether a customer whose marketing is held has opted out. Raises DeskRefusal: `not_held`."""
    with at_the_desk(parts, customer_id, brand_id, now) as (session, turn):
        _still_theirs(turn)
        is_held = turn.profile["consent"] == "held"
        if not (is_held and opting.is_held_in_doubt(session, turn.changes, *turn.key)):
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
    how: Resolution | None = None,
) -> None:
    """Marks a complaint as resolved and tells the customer: in staff's own words, or in the standing ones.

    No text goes to one who `is_told_otherwise`: by phone, in the shop. Where a text cannot be sent after all, the
    complaint comes back (`staff_replies`).
    Raises DeskRefusal: `unknown_complaint`, `already_resolved`, or what the content checks object to.
    """
    customer_id, brand_id = owner_of(parts, complaint_id)
    text = clean(text).strip()
    with at_the_desk(parts, customer_id, brand_id, now) as (session, turn):
        complaint = complaint_of(turn, complaint_id)
        if complaint["status"] not in (complaint_store.OPEN, complaint_store.WAITING):
            raise DeskRefusal("already_resolved")
        outbound_id = None
        if not is_told_otherwise:
            outbound_id = _tell_resolved(parts, session, turn, staff, complaint_id, text)
        complaints.resolved(turn, complaint, staff.id, outbound_id, how)
        if turn.conversation is not None:
            hand_offs.change(turn, status=conversations.CLOSED, closed_at=now, staff_until=None)
        audit.note(session, staff.email, "complaint.resolve", "complaint", str(complaint_id), now, staff.id)
    parts.wake.ring("outbound")


def _tell_resolved(
    parts: Parts, session: Session, turn: Turn, staff: StaffMember, complaint_id: UUID, text: str
) -> UUID:
    """A reply that can still be taken back leaves first."""
    _still_theirs(turn)
    cause = Cause(CauseKind.COMPLAINT, turn.now)
    text = text or messages.standing(parts, turn, "resolved", turn.language)
    _check(parts, turn, text, cause)
    origin = messages.Origin(complaint_id=complaint_id, staff_id=staff.id)
    due_at = max(turn.now, replies.leave_by(session, *turn.key) or turn.now)
    return messages.queue(parts, turn, text, cause, origin, due_at=due_at)


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
    """Adds an internal note that the customer never sees, and keeps which colleagues it mentions.
    Raises DeskRefusal: `empty`, `unknown_complaint`."""
    if is_blank(text):
        raise DeskRefusal("empty")
    customer_id, brand_id = owner_of(parts, complaint_id)
    with at_the_desk(parts, customer_id, brand_id, now) as (session, turn):
        complaint, kept = complaint_of(turn, complaint_id), clean(text)[:2000]
        complaints.noted(turn, complaint, staff.id, kept)
        meant = mentioned(kept, mentions.colleagues(session))
        mentions.add(session, meant, complaint_id, customer_id, complaint["event_count"], now)
        audit.note(session, staff.email, "complaint.note", "complaint", str(complaint_id), now, staff.id)


def _take(turn: Turn, staff: StaffMember, now: datetime) -> None:
    if turn.conversation is None:
        hand_offs.hand_off(turn, "staff_began")
    hand_offs.change(turn, staff_id=staff.id, staff_until=now + hand_offs.STAFF_HOLD)
    if (complaint := turn.open_complaint) is not None and complaint["assignee_id"] != staff.id:
        complaints.assigned(turn, complaint, staff.id)
