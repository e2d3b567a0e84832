"""Carries out what routing has decided about one inbound message."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.domain.flows.stimuli import Replied, Triggered
from app.domain.purpose import Cause, CauseKind
from app.domain.routes import Answered, OptedIn, OptedOut, Route, Said, Silence, Started, ToStaff, WrongNumber
from app.domain.routing import ONCE_A_DAY, Understood
from app.usecases import complaints, flow_runs, hand_offs, holds, messages, opting
from app.usecases.changes import OPT_OUT_QUESTION
from app.usecases.complaint_beside import confirmation, open_complaint, tell
from app.usecases.parts import Parts
from app.usecases.run_identity import RunIdentity, fresh_identity
from app.usecases.turn import Turn

SIGN_UP = "sign_up"
"""The flow that asks for consent where none of the brand's flows is started by the intent `opt_in`."""
WRONG_NUMBER = "wrong_number"
"""The flow that asks whether the number is somebody else's now."""


def follow(
    parts: Parts, session: Session, turn: Turn, row: Any, route: Route, understood: Understood | None
) -> str:
    """Does what the route says for the inbound `row`, logs the decision and returns its reason code."""
    complaints.customer_wrote(turn, row.id)
    cause = Cause(CauseKind.INBOUND, row.received_at)
    details = _details(understood)
    match route:
        case Answered(run_id=run_id, intent=intent):
            details["flow"] = _answer(parts, session, turn, row, run_id, intent)
        case Started():
            _start(parts, session, turn, row, route, cause, understood)
            details |= {"flow": route.flow, "matched": route.matched}
        case OptedOut():
            _opt_out(parts, session, turn, row, route)
        case OptedIn():
            details["flow"] = _opt_in(parts, session, turn, row, route, cause)
        case Said(wording=wording):
            messages.say(parts, turn, wording, cause, messages.Origin(inbound_id=row.id))
            _remember(turn, wording)
        case WrongNumber():
            _wrong_number(parts, session, turn, row, cause)
        case ToStaff():
            _to_staff(parts, session, turn, row, route, cause)
        case Silence(reason="abuse"):
            turn.change_profile(tags=sorted({*turn.profile["tags"], "abused"}))
    turn.decide("inbound", row.id, "routed", route.reason, **details)
    return route.reason


def _details(understood: Understood | None) -> dict[str, Any]:
    if understood is None:
        return {}
    return {
        "intent": understood.intent,
        "confidence": round(understood.confidence, 4),
        "model": understood.model,
    }


def _answer(
    parts: Parts, session: Session, turn: Turn, row: Any, run_id: UUID, intent: str | None
) -> str | None:
    """Tells the run that asked; returns the flow whose question it was."""
    run, state = turn.question_run, turn.question_state
    if run is None or state is None or run.id != run_id:
        return None
    identity = RunIdentity.of_row(run).answered_by(row.id, row.received_at)
    stimulus = Replied(row.text, row.received_at, intent)
    flow_runs.resume(parts, session, turn, state, stimulus, identity)
    return state.flow


def _start(
    parts: Parts,
    session: Session,
    turn: Turn,
    row: Any,
    route: Started,
    cause: Cause,
    understood: Understood | None,
) -> None:
    data = dict(understood.entities) if understood is not None else {}
    trigger = Triggered(by=route.by, text=row.text, data=data, at=row.received_at)
    identity = fresh_identity(cause, inbound_id=row.id)
    if flow_runs.start(parts, session, turn, route.flow, trigger, identity) is None:
        hand_offs.hand_off(turn, "flow_missing")


def _opt_out(parts: Parts, session: Session, turn: Turn, row: Any, route: OptedOut) -> None:
    if not route.is_sure:
        _ask_about_opt_out(parts, session, turn, row, route)
        return
    was_out = turn.profile["consent"] == "withdrawn"
    opting.withdraw(
        turn.changes,
        turn.customer.id,
        opting.brands_on(session, turn),
        "marketing",
        "nlu",
        turn.now,
        inbound_id=row.id,
        reason=route.reason,
        trace_id=turn.trace_id,
    )
    turn.profile["consent"] = "withdrawn"
    turn.question = turn.question_state = turn.question_run = None
    told = open_complaint(session, turn, row.id, row.text, row.received_at, route.complaint)
    can = turn.channel.capabilities
    if not (was_out or can.templates_only):
        cause = Cause(CauseKind.OPT_OUT, turn.now)
        wording = confirmation(told, is_all=False)
        messages.say(parts, turn, wording, cause, messages.Origin(inbound_id=row.id))
    elif told is not None:
        tell(parts, turn, row.id)


def _ask_about_opt_out(parts: Parts, session: Session, turn: Turn, row: Any, route: OptedOut) -> None:
    """Marketing is held and staff see it; the customer is asked once a day, unless the bot is silent: a machine is
    asked nothing, and its silence is no opt-out. The question tells of a complaint, too, that the same text makes."""
    holds.hold(session, turn, "nlu", row.id)
    hand_offs.hand_off(turn, "opt_out_unsure")
    told = open_complaint(session, turn, row.id, row.text, row.received_at, route.complaint)
    asked_at = turn.profile["said"].get(OPT_OUT_QUESTION)
    was_asked = asked_at is not None and turn.now - datetime.fromisoformat(asked_at) < ONCE_A_DAY
    if not route.is_asked or hand_offs.is_with_staff(turn):
        return
    if turn.profile["consent"] == "held" and not was_asked:
        trigger = Triggered(by="intent", text=row.text, at=row.received_at)
        identity = fresh_identity(Cause(CauseKind.INBOUND, row.received_at), inbound_id=row.id)
        if flow_runs.start(parts, session, turn, OPT_OUT_QUESTION, trigger, identity) is not None:
            _remember(turn, OPT_OUT_QUESTION)
            return
    if told is not None:
        tell(parts, turn, row.id)


def _opt_in(parts: Parts, session: Session, turn: Turn, row: Any, route: OptedIn, cause: Cause) -> str | None:
    """The flow that asks whether it is meant; where the brand has none, nobody is subscribed by it."""
    by = "keyword" if route.reason == "opt_in_word" else "intent"
    trigger = Triggered(by=by, text=row.text, at=row.received_at)
    flows = parts.flows.of(turn.brand, turn.channel.capabilities.style.value)
    name = flows.by_intent.get("opt_in", SIGN_UP)
    identity = fresh_identity(cause, inbound_id=row.id)
    if flow_runs.start(parts, session, turn, name, trigger, identity) is not None:
        return name
    hand_offs.hand_off(turn, "no_sign_up_flow")
    if turn.profile["consent"] != "granted":
        messages.say(parts, turn, "not_subscribed", cause, messages.Origin(inbound_id=row.id))
    return None


def _wrong_number(parts: Parts, session: Session, turn: Turn, row: Any, cause: Cause) -> None:
    """Marketing is held; the flow asks whether it is so. Where the brand has none, a person finds it out."""
    holds.hold(session, turn, "wrong_number", row.id)
    trigger = Triggered(by="intent", text=row.text, at=row.received_at)
    identity = fresh_identity(cause, inbound_id=row.id)
    if flow_runs.start(parts, session, turn, WRONG_NUMBER, trigger, identity) is None:
        hand_offs.hand_off(turn, "wrong_number")
        messages.say(parts, turn, "wrong_number", cause, messages.Origin(inbound_id=row.id))


def _to_staff(parts: Parts, session: Session, turn: Turn, row: Any, route: ToStaff, cause: Cause) -> None:
    was_open = turn.conversation is not None
    if route.is_complaint:
        identity = fresh_identity(cause, inbound_id=row.id)
        complaints.open_or_join(session, turn, "service_complaint", "other", row.text, identity)
    else:
        join_complaint(turn, row.id)
    hand_offs.hand_off(turn, route.reason)
    if route.is_told and not was_open:
        messages.say(parts, turn, "handed_to_staff", cause, messages.Origin(inbound_id=row.id))


def join_complaint(turn: Turn, inbound_id: UUID) -> None:
    """A text that staff have to read belongs to the customer's open complaint, where there is one."""
    complaint = turn.open_complaint
    if complaint is not None:
        complaints.join(turn, complaint, inbound_id)


def _remember(turn: Turn, wording: str) -> None:
    """Notes when a small text was said, so that it is said once a day."""
    turn.change_profile(said={**turn.profile["said"], wording: turn.now.isoformat()})
