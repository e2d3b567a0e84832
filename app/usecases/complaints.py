"""Keeps complaints: opened at once, joined, answered, resolved, followed up, reopened, each step one event."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.domain import sla
from app.domain.sla import SlaEvent, SlaState
from app.store import complaints as complaint_store
from app.store.tables import new_id
from app.usecases import hand_offs
from app.usecases.run_identity import RunIdentity
from app.usecases.turn import Turn

Row = dict[str, Any]

HOLD_WITHOUT_ANSWER = timedelta(days=14)
"""How long marketing stays held after a follow-up without an answer. Source: SPEC CO-5."""
HOLD_UNTIL_FOLLOWED_UP = timedelta(days=30)
"""Longer than any follow-up takes: a resolved complaint holds marketing until its follow-up has ended."""
CLOCK_COLUMNS = (
    "status",
    "first_response_due_at",
    "first_response_at",
    "first_response_breached_at",
    "resolution_due_at",
    "resolution_at",
    "resolution_breached_at",
    "follow_up_due_at",
    "follow_up_at",
    "follow_up_breached_at",
    "follow_up_result",
)


def open_or_join(
    session: Session, turn: Turn, kind: str, category: str, summary: str, identity: RunIdentity
) -> bool:
    """Opens a complaint, or joins the text to the one that is open; True if it is a new one."""
    held = turn.open_complaint
    if held is not None:
        join(turn, held, identity.inbound_id)
        return False
    resolved_before = [row for row in turn.complaints if row["status"] == complaint_store.RESOLVED]
    if resolved_before:
        reopen(turn, resolved_before[-1], identity.inbound_id, "complained_again")
        return False
    conversation_id = hand_offs.hand_off(turn, "complaint")
    received_at = identity.cause.at if identity.inbound_id is not None else turn.now
    state = sla.opened(sla.SlaPolicy(), received_at)
    row: Row = {
        "id": new_id(),
        "brand_id": turn.brand.id,
        "customer_id": turn.customer.id,
        "conversation_id": conversation_id,
        "number": complaint_store.next_number(session, turn.brand.id),
        "kind": kind,
        "category": category[:30],
        "severity": 2,
        "summary": summary[:500],
        "inbound_id": identity.inbound_id,
        "outbound_id": None,
        "assignee_id": None,
        "opened_at": received_at,
        "follow_up_from": None,
        "event_count": 0,
        "updated_at": turn.now,
        **_clock_columns(state),
    }
    turn.changes.new_complaints[row["id"]] = row
    turn.complaints.append(row)
    _note_event(turn, row, "opened", inbound_id=identity.inbound_id)
    turn.decide("complaint", row["id"], "opened", kind, category=category, number=row["number"])
    return True


def join(turn: Turn, complaint: Row, inbound_id: UUID | None) -> None:
    """A further message of the customer belongs to the complaint."""
    _note_event(turn, complaint, "joined", inbound_id=inbound_id)


def customer_wrote(turn: Turn, inbound_id: UUID) -> None:
    """Any text of the customer ends the wait for them."""
    held = turn.open_complaint
    if held is not None and held["status"] == complaint_store.WAITING:
        _move(turn, held, SlaEvent("resumed", turn.now), inbound_id=inbound_id)


def replied(turn: Turn, complaint: Row, staff_id: UUID, outbound_id: UUID, handed_at: datetime) -> None:
    """A provider has taken what a person wrote: the first such text is the first response, as of its leaving."""
    state = SlaState.from_json(complaint["clock"])
    is_known = outbound_id in state.replies or outbound_id == state.resolved_by
    if not is_known and handed_at >= state.opened_at:
        _move(turn, complaint, SlaEvent("replied", handed_at, outbound_id=outbound_id), staff_id=staff_id)


def reply_failed(turn: Turn, complaint: Row, staff_id: UUID, outbound_id: UUID, reason: str) -> None:
    """What a person wrote has not reached the customer: it is no response, and the clock goes on.

    Where it was to tell of the resolution, nothing is resolved: the complaint is open again, and in the inbox.
    """
    state = SlaState.from_json(complaint["clock"])
    is_resolution = state.status == complaint_store.RESOLVED and outbound_id == state.resolved_by
    kind = sla.EventKind.RESOLUTION_FAILED if is_resolution else sla.EventKind.REPLY_FAILED
    event = SlaEvent(kind, turn.now, reason, outbound_id=outbound_id)
    _move(turn, complaint, event, staff_id=staff_id)
    if is_resolution:
        conversation_id = hand_offs.hand_off(turn, "resolution_not_told")
        _change(turn, complaint, follow_up_from=None, conversation_id=conversation_id)
        turn.decide("complaint", complaint["id"], "not_resolved", reason, number=complaint["number"])


def resolved(turn: Turn, complaint: Row, staff_id: UUID, outbound_id: UUID | None) -> None:
    """The matter is settled as staff see it; the customer will be asked, and marketing stays held until then."""
    event = SlaEvent("resolved", turn.now, outbound_id=outbound_id)
    _move(turn, complaint, event, staff_id=staff_id)
    zone = turn.timezone
    _change(turn, complaint, follow_up_from=sla.follow_up_at(turn.now, zone))
    turn.change_profile(hold_until=turn.now + HOLD_UNTIL_FOLLOWED_UP)


def reopen(turn: Turn, complaint: Row, inbound_id: UUID | None, reason: str) -> None:
    """The matter is not settled: the clocks start anew, one step more urgent."""
    _move(turn, complaint, SlaEvent("reopened", turn.now), inbound_id=inbound_id)
    conversation_id = hand_offs.hand_off(turn, "complaint_reopened")
    severity = max(complaint_store.HIGHEST_SEVERITY, complaint["severity"] - 1)
    _change(turn, complaint, severity=severity, follow_up_from=None, conversation_id=conversation_id)
    turn.decide("complaint", complaint["id"], "reopened", reason, number=complaint["number"])


def asked(turn: Turn, complaint: Row) -> None:
    """The customer is being asked whether it is solved."""
    _move(turn, complaint, SlaEvent("followed_up", turn.now, "asked"))


def ask_later(turn: Turn, complaint: Row, zone: str) -> None:
    """It is night where the customer lives: they are asked from eight o'clock on, there."""
    _change(turn, complaint, follow_up_from=sla.follow_up_at(turn.now - sla.FOLLOW_UP_AFTER, zone))


def followed_up(turn: Turn, complaint_id: UUID, outcome: str) -> None:
    """What the customer said to the follow-up: solved, unsolved, no_answer, not_possible or unclear."""
    held = next((row for row in turn.complaints if row["id"] == complaint_id), None)
    if held is None or held["status"] != complaint_store.RESOLVED:
        return
    if outcome == "unsolved":
        reopen(turn, held, None, "follow_up_unsolved")
        return
    result = outcome if outcome in ("solved", "no_answer", "not_possible") else "unclear"
    _move(turn, held, SlaEvent("followed_up", turn.now, result))
    turn.change_profile(hold_until=None if result == "solved" else turn.now + HOLD_WITHOUT_ANSWER)
    if result == "not_possible":
        hand_offs.hand_off(turn, "call_customer")
    turn.decide("complaint", held["id"], "followed_up", result, number=held["number"])


def erased(turn: Turn, complaint: Row) -> None:
    """Who complained has been erased: nobody can be answered or asked any more."""
    if complaint["resolution_at"] is None:
        _move(turn, complaint, SlaEvent("resolved", turn.now))
    _move(turn, complaint, SlaEvent("followed_up", turn.now, "erased"))
    _change(turn, complaint, follow_up_from=None)


def noted(turn: Turn, complaint: Row, staff_id: UUID, text: str) -> None:
    """An internal note, which the customer never sees."""
    _note_event(turn, complaint, "noted", staff_id=staff_id, note=text)


def record_breaches(turn: Turn, complaint: Row) -> int:
    """Records each promise that is broken by now, once; returns how many were new."""
    state = SlaState.from_json(complaint["clock"])
    late = sla.due_breaches(state, turn.now)
    for clock in late:
        _move(turn, complaint, SlaEvent("breached", turn.now, clock.value))
        turn.decide("complaint", complaint["id"], "breached", clock.value, number=complaint["number"])
    return len(late)


def _move(
    turn: Turn,
    complaint: Row,
    event: SlaEvent,
    *,
    staff_id: UUID | None = None,
    inbound_id: UUID | None = None,
) -> None:
    """Applies an event to the complaint's clocks and keeps both."""
    state = sla.apply(SlaState.from_json(complaint["clock"]), event)
    _change(turn, complaint, **_clock_columns(state))
    _note_event(
        turn,
        complaint,
        event.kind,
        staff_id=staff_id,
        inbound_id=inbound_id,
        outbound_id=event.outbound_id,
        details={"detail": event.detail} if event.detail else {},
    )


def _clock_columns(state: SlaState) -> Row:
    return {**{name: getattr(state, name) for name in CLOCK_COLUMNS}, "clock": state.to_json()}


def _change(turn: Turn, complaint: Row, **values: Any) -> None:
    values["updated_at"] = turn.now
    complaint.update(values)
    if complaint["id"] not in turn.changes.new_complaints:
        turn.changes.changed_complaints.setdefault(complaint["id"], {}).update(values)


def _note_event(
    turn: Turn,
    complaint: Row,
    kind: str,
    *,
    staff_id: UUID | None = None,
    inbound_id: UUID | None = None,
    outbound_id: UUID | None = None,
    note: str | None = None,
    details: Row | None = None,
) -> None:
    _change(turn, complaint, event_count=complaint["event_count"] + 1)
    turn.changes.complaint_events.append(
        {
            "id": new_id(),
            "complaint_id": complaint["id"],
            "customer_id": complaint["customer_id"],
            "sequence": complaint["event_count"],
            "kind": kind,
            "at": turn.now,
            "staff_id": staff_id,
            "inbound_id": inbound_id,
            "outbound_id": outbound_id,
            "note": note,
            "details": details or {},
        }
    )


def is_asking_time(now: datetime, zone: str) -> bool:
    """Whether a follow-up may be asked at this moment where the customer lives: from 08:00 until 21:00."""
    return sla.follow_up_at(now - sla.FOLLOW_UP_AFTER, zone) == now
