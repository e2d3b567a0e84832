"""Drives runs in the database's world: starts them, resumes them, and keeps where they rest."""

from typing import Any

from sqlalchemy.orm import Session

from app.domain.flows.loop import Rested, drive
from app.domain.flows.state import RunState
from app.domain.flows.stimuli import Stimulus, Triggered
from app.store import runs
from app.usecases import complaints
from app.usecases.parts import Parts
from app.usecases.run_identity import RunIdentity
from app.usecases.turn import Turn
from app.usecases.world import DatabaseWorld


def start(
    parts: Parts, session: Session, turn: Turn, flow: str, trigger: Triggered, identity: RunIdentity
) -> Rested | None:
    """Starts a flow for the customer of this turn; None where the brand has no such flow."""
    library = parts.flows.of(turn.brand, turn.channel.capabilities.style.value)
    published = library.find(flow)
    if published is None:
        return None
    state = RunState.begin(flow, published.version)
    rested = drive(library, state, trigger, DatabaseWorld(parts, session, turn, identity), turn.now)
    turn.changes.new_runs[identity.id] = {
        "id": identity.id,
        "brand_id": turn.brand.id,
        "sender_id": turn.sender.id,
        "started_at": turn.now,
        "event_id": identity.event_id,
        "complaint_id": identity.complaint_id,
        **_kept(turn, rested.state, identity),
    }
    _settle(parts, session, turn, rested, identity)
    return rested


def resume(
    parts: Parts, session: Session, turn: Turn, state: RunState, stimulus: Stimulus, identity: RunIdentity
) -> Rested:
    """Tells a run what happened and keeps where it rests then."""
    library = parts.flows.of(turn.brand, turn.channel.capabilities.style.value)
    rested = drive(library, state, stimulus, DatabaseWorld(parts, session, turn, identity), turn.now)
    kept = _kept(turn, rested.state, identity)
    if identity.id in turn.changes.new_runs:
        turn.changes.new_runs[identity.id].update(kept)
    else:
        turn.changes.changed_runs.setdefault(identity.id, {}).update(kept)
    if rested.state.open_question is None and state.question is not None:
        turn.changes.closed_questions.add(identity.id)
        turn.changes.new_questions = [
            row for row in turn.changes.new_questions if row["run_id"] != identity.id
        ]
    if turn.question is not None and turn.question.run_id == identity.id:
        still_open = rested.state.open_question is not None
        turn.question = turn.question if still_open else None
        turn.question_state = rested.state if still_open else None
    _settle(parts, session, turn, rested, identity)
    return rested


def _kept(turn: Turn, state: RunState, identity: RunIdentity) -> dict[str, Any]:
    return {
        "customer_id": turn.customer.id,
        "flow": state.flow,
        "version": state.version,
        "state": state.to_json(),
        "status": runs.FINISHED if state.is_finished else runs.ACTIVE,
        "outcome": state.outcome,
        "due_at": None if state.is_finished else state.due_at,
        "cause": identity.cause.kind,
        "cause_type": identity.cause.event_type,
        "cause_at": identity.cause.at,
        "inbound_id": identity.inbound_id,
        "updated_at": turn.now,
    }


def _settle(parts: Parts, session: Session, turn: Turn, rested: Rested, identity: RunIdentity) -> None:
    """A run that has ended tells what it was about."""
    if rested.state.is_finished and identity.complaint_id is not None:
        complaints.followed_up(turn, identity.complaint_id, rested.state.outcome or "")
