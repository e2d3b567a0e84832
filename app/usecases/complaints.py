"""Keeps complaints: opened at once, joined, answered, resolved, followed up, reopened, each step one event."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app.domain import follow_up, sla
from app.domain.desk_queue import HIGHEST_SEVERITY
from app.domain.sentiment import Tone
from app.domain.sla import SlaEvent, SlaState
from app.domain.sla_policy import SlaPolicy
from app.store import complaints as complaint_store
from app.store.tables import new_id
from app.usecases import complaint_rounds, hand_offs, tones
from app.usecases.complaint_log import Row, change, clock_columns, move, note_event
from app.usecases.complaint_policy import policy_of
from app.usecases.run_identity import RunIdentity
from app.usecases.turn import Turn

HOLD_WITHOUT_ANSWER = timedelta(days=14)
"""How long marketing stays held after a follow-up without an answer. Source: SPEC CO-5."""
HOLD_UNTIL_FOLLOWED_UP = timedelta(days=30)
"""Longer than any follow-up takes: a resolved complaint holds marketing until its follow-up has ended."""


def open_or_join(
    session: Session, turn: Turn, kind: str, category: str, summary: str, identity: RunIdentity
) -> bool:
    """Opens a complaint, or joins the text to the one that is open; True if it is a new one."""
    held = turn.open_complaint
    if held is not None:
        join(turn, held, identity.inbound_id)
        return False
    if resolved := [row for row in turn.complaints if row["status"] == complaint_store.RESOLVED]:
        reopen(turn, resolved[-1], identity.inbound_id, "complained_again")
        return False
    received_at = identity.cause.at if identity.inbound_id is not None else turn.now
    state = sla.opened(policy_of(turn.brand), received_at)
    row: Row = {
        "id": new_id(),
        "brand_id": turn.brand.id,
        "customer_id": turn.customer.id,
        "conversation_id": hand_offs.hand_off(turn, "complaint"),
        "number": complaint_store.next_number(session, turn.brand.id),
        "kind": kind,
        "category": category[:30],
        **tones.taken_from(turn.conversation),
        "summary": summary[:500],
        "inbound_id": identity.inbound_id,
        **complaint_rounds.followed(session, turn, kind, received_at, identity.id),
        "assignee_id": turn.conversation["staff_id"] if turn.conversation else None,
        "opened_at": received_at,
        "follow_up_from": None,
        "event_count": 0,
        "warned": {},
        "updated_at": turn.now,
        **clock_columns(state),
    }
    turn.changes.new_complaints[row["id"]] = row
    turn.complaints.append(row)
    hand_offs.stands_anew(turn)
    promised = {"policy": state.policy.to_json()}
    note_event(turn, row, "opened", inbound_id=identity.inbound_id, details=promised)
    turn.decide("complaint", row["id"], "opened", kind, category=category, number=row["number"])
    return True


def join(turn: Turn, complaint: Row, inbound_id: UUID | None) -> None:
    """A further message of the customer belongs to the complaint."""
    note_event(turn, complaint, "joined", inbound_id=inbound_id)


def heard(turn: Turn, complaint: Row, tone: Tone, inbound_id: UUID) -> Row | None:
    """A text of the customer's is angrier than what they wrote before, or tells of a danger: the complaint becomes more
    urgent. Returns what is told of it, None where nothing changes; nothing ever becomes less urgent."""
    raised = tones.raised(complaint, tone)
    if raised is None:
        return None
    change(turn, complaint, **raised.values)
    details = {"detail": raised.reason, "signs": raised.values["tone_signs"]}
    note_event(turn, complaint, "raised", inbound_id=inbound_id, details=details)
    told = {"number": complaint["number"], **raised.told()}
    turn.decide("complaint", complaint["id"], "raised", raised.reason, **told)
    return {"reason": raised.reason, **told}


def customer_wrote(turn: Turn, inbound_id: UUID) -> None:
    """Any text of the customer ends the wait for them."""
    held = turn.open_complaint
    if held is not None and held["status"] == complaint_store.WAITING:
        move(turn, held, SlaEvent("resumed", turn.now), inbound_id=inbound_id)


def replied(turn: Turn, complaint: Row, staff_id: UUID, outbound_id: UUID, handed_at: datetime) -> bool:
    """A provider has taken what a person wrote: the first such text is the first response, as of its leaving.
    Returns whether that is news."""
    state = SlaState.from_json(complaint["clock"])
    is_known = outbound_id in state.replies or outbound_id == state.resolved_by
    is_news = not is_known and handed_at >= state.opened_at
    if is_news:
        move(turn, complaint, SlaEvent("replied", handed_at, outbound_id=outbound_id), staff_id=staff_id)
    return is_news


def waits(turn: Turn, complaint: Row, staff_id: UUID, outbound_id: UUID, handed_at: datetime) -> None:
    """A text that has left asked the customer for something: resolution waits for them, unless they have written since
    or have been waited for too often. Source: SPEC CO-2."""
    wrote_at = turn.wrote_at()
    has_written_since = wrote_at is not None and wrote_at >= handed_at
    if SlaState.from_json(complaint["clock"]).may_pause and not has_written_since:
        move(turn, complaint, SlaEvent("paused", handed_at, outbound_id=outbound_id), staff_id=staff_id)


def goes_on(turn: Turn, complaint: Row, staff_id: UUID) -> None:
    """The customer is waited for no longer."""
    move(turn, complaint, SlaEvent("resumed", turn.now, "by_staff"), staff_id=staff_id)


def assigned(turn: Turn, complaint: Row, staff_id: UUID) -> None:
    """It is this member of staff's from now on."""
    note_event(turn, complaint, "assigned", staff_id=staff_id)
    change(turn, complaint, assignee_id=staff_id)


def classified(turn: Turn, complaint: Row, staff_id: UUID, category: str, severity: int) -> None:
    """Staff say what it is about, and how urgent: no deadline depends on either."""
    if category != complaint["category"]:
        note_event(turn, complaint, "category", staff_id=staff_id, details={"detail": category})
    if severity != complaint["severity"]:
        kind = "raised" if severity < complaint["severity"] else "lowered"
        note_event(turn, complaint, kind, staff_id=staff_id)
    change(turn, complaint, category=category, severity=severity)


def merge(turn: Turn, stays: Row, leaves: Row, staff_id: UUID) -> None:
    """Joins one unresolved complaint to another of the same customer and brand, which has its promises from now on."""
    here, gone = SlaState.from_json(stays["clock"]), SlaState.from_json(leaves["clock"])
    owed = sla.owed(gone, here, turn.now)
    event = SlaEvent("merged", turn.now, f"#{leaves['number']}", deadlines=owed)
    move(turn, stays, event, staff_id=staff_id)
    away = SlaEvent("merged_away", turn.now, f"#{stays['number']}")
    move(turn, leaves, away, staff_id=staff_id)
    change(turn, leaves, follow_up_from=None)
    change(turn, stays, severity=min(stays["severity"], leaves["severity"]))
    turn.decide("complaint", stays["id"], "merged", "merged_by_staff", number=leaves["number"])


def reply_failed(turn: Turn, complaint: Row, staff_id: UUID, outbound_id: UUID, reason: str) -> None:
    """What a person wrote has not reached the customer: it is no response, and the clock goes on.

    Where it was to tell of the resolution, nothing is resolved: the complaint is open again, and in the inbox.
    """
    state = SlaState.from_json(complaint["clock"])
    is_resolution = state.status == complaint_store.RESOLVED and outbound_id == state.resolved_by
    kind = sla.EventKind.RESOLUTION_FAILED if is_resolution else sla.EventKind.REPLY_FAILED
    event = SlaEvent(kind, turn.now, reason, outbound_id=outbound_id)
    move(turn, complaint, event, staff_id=staff_id)
    if is_resolution:
        conversation_id = hand_offs.hand_off(turn, "resolution_not_told")
        change(turn, complaint, follow_up_from=None, conversation_id=conversation_id)
        turn.decide("complaint", complaint["id"], "not_resolved", reason, number=complaint["number"])


def resolved(
    turn: Turn, complaint: Row, staff_id: UUID, outbound_id: UUID | None, how: str | None = None
) -> None:
    """The matter is settled as staff see it; the customer will be asked, and marketing stays held until then."""
    event = SlaEvent("resolved", turn.now, how, outbound_id=outbound_id)
    move(turn, complaint, event, staff_id=staff_id)
    asked_at = follow_up.asked_at(turn.now, turn.timezone, complaint["follow_up_due_at"])
    change(turn, complaint, follow_up_from=asked_at)
    turn.change_profile(hold_until=turn.now + HOLD_UNTIL_FOLLOWED_UP)


def reopen(
    turn: Turn, complaint: Row, inbound_id: UUID | None, reason: str, staff_id: UUID | None = None
) -> None:
    """The matter is not settled: the clocks start anew, one step more urgent."""
    record_breaches(turn, complaint)
    complaint_rounds.end(turn, complaint, reason)
    move(turn, complaint, SlaEvent("reopened", turn.now), inbound_id=inbound_id, staff_id=staff_id)
    conversation_id = hand_offs.hand_off(turn, "complaint_reopened")
    severity = max(HIGHEST_SEVERITY, complaint["severity"] - 1)
    change(turn, complaint, severity=severity, follow_up_from=None, conversation_id=conversation_id)
    change(turn, complaint, assignee_id=turn.conversation["staff_id"] if turn.conversation else None)
    turn.decide("complaint", complaint["id"], "reopened", reason, number=complaint["number"])


def asked(turn: Turn, complaint: Row) -> None:
    """The customer is being asked whether it is solved."""
    move(turn, complaint, SlaEvent("followed_up", turn.now, "asked"))


def ask_later(turn: Turn, complaint: Row, zone: str) -> None:
    """It is night where the customer lives: they are asked from eight o'clock on, there."""
    change(turn, complaint, follow_up_from=follow_up.by_day(turn.now, zone))


def followed_up(turn: Turn, complaint_id: UUID, outcome: str) -> None:
    """What the customer said to the follow-up: solved, unsolved, no_answer, not_possible or unclear."""
    held = next((row for row in turn.complaints if row["id"] == complaint_id), None)
    if held is None or held["status"] != complaint_store.RESOLVED:
        return
    if outcome == "unsolved":
        reopen(turn, held, None, "follow_up_unsolved")
        return
    result = outcome if outcome in ("solved", "no_answer", "not_possible") else "unclear"
    move(turn, held, SlaEvent("followed_up", turn.now, result))
    turn.change_profile(hold_until=None if result == "solved" else turn.now + HOLD_WITHOUT_ANSWER)
    if result == "not_possible":
        hand_offs.hand_off(turn, "call_customer")
    turn.decide("complaint", held["id"], "followed_up", result, number=held["number"])


def rebased(turn: Turn, complaint: Row, policy: SlaPolicy, staff_id: UUID) -> None:
    """The brand has asked that its present policy hold for this complaint too."""
    event = SlaEvent(sla.EventKind.REBASED, turn.now, policy=policy)
    move(turn, complaint, event, staff_id=staff_id)
    if complaint["status"] == complaint_store.RESOLVED and complaint["follow_up_at"] is None:
        told = complaint["resolution_at"], turn.timezone, complaint["follow_up_due_at"]
        change(turn, complaint, follow_up_from=follow_up.asked_at(*told))
    turn.decide("complaint", complaint["id"], "rebased", "policy_changed", number=complaint["number"])


def erased(turn: Turn, complaint: Row) -> None:
    """Who complained has been erased: nobody can be answered or asked any more."""
    if complaint["resolution_at"] is None:
        move(turn, complaint, SlaEvent("resolved", turn.now))
    move(turn, complaint, SlaEvent("followed_up", turn.now, "erased"))
    change(turn, complaint, follow_up_from=None)


def noted(turn: Turn, complaint: Row, staff_id: UUID, text: str) -> None:
    """An internal note, which the customer never sees."""
    note_event(turn, complaint, "noted", staff_id=staff_id, note=text)


def record_breaches(turn: Turn, complaint: Row) -> int:
    """Records each promise that is broken by now, once; returns how many were new."""
    state = SlaState.from_json(complaint["clock"])
    late = sla.due_breaches(state, turn.now)
    for clock in late:
        move(turn, complaint, SlaEvent("breached", turn.now, clock.value))
        turn.decide("complaint", complaint["id"], "breached", clock.value, number=complaint["number"])
    return len(late)


def is_asking_time(now: datetime, zone: str) -> bool:
    """Whether a follow-up may be asked at this moment where the customer lives: from 08:00 until 21:00."""
    return follow_up.by_day(now, zone) == now
