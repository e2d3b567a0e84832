"""Advances one run by one stimulus: pure, total, and never more than fifty steps without a rest."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.flows.definition import STEPS, Definition
from app.domain.flows.effects import Effect, Finish, HandOff
from app.domain.flows.facts import Facts
from app.domain.flows.state import Phase, RunState
from app.domain.flows.step import END, PERSON, Do, End, Go, Moment, Move, Stay
from app.domain.flows.stimuli import (
    EffectApplied,
    HandedOver,
    NotSent,
    Replied,
    StaffActed,
    Stimulus,
    TimerFired,
    Triggered,
)

MAX_STEPS = 50
_STAFF_ENDS = {"took_over": "taken_over", "cancelled": "cancelled"}


@dataclass(frozen=True, slots=True)
class Advanced:
    """The run's new state, and what it asks the world to do, in order."""

    state: RunState
    effects: tuple[Effect, ...] = ()


def advance(
    definition: Definition, state: RunState, stimulus: Stimulus, facts: Facts, now: datetime
) -> Advanced:
    """One stimulus further. A stimulus that does not fit where the run stands changes nothing.
    Never raises.
    """
    if state.is_finished:
        return Advanced(state)
    if state.phase is Phase.NEW:
        return _start(definition, state, stimulus, facts, now)
    if isinstance(stimulus, StaffActed):
        outcome = _STAFF_ENDS.get(stimulus.action)
        return _finish(state, outcome) if outcome else Advanced(state)
    if not _fits(state, stimulus):
        return Advanced(state)
    step = definition.steps.get(state.step or "")
    if step is None:
        return _give_up(state, "unknown_step")
    state = state.changed(meant_at=_meant_at(state, stimulus))
    move = STEPS[step.do].advance(step, Moment(state.step or "", state, stimulus, facts, now))
    return _follow(definition, state, move, facts, now)


def begun(state: RunState, trigger: Triggered, now: datetime) -> RunState:
    """The state of a new run that knows what started it, so that the facts can be looked up by it."""
    return state.changed(
        triggered_by=trigger.by,
        triggered_at=trigger.at or now,
        meant_at=state.meant_at or trigger.at or now,
        text=trigger.text,
        data=dict(trigger.data),
        labels={f"event.{name}": labels for name, labels in trigger.labels.items()},
    )


def _start(
    definition: Definition, state: RunState, stimulus: Stimulus, facts: Facts, now: datetime
) -> Advanced:
    if not isinstance(stimulus, Triggered):
        return Advanced(state)
    return _follow(definition, begun(state, stimulus, now), Go(definition.first_step), facts, now)


def _fits(state: RunState, stimulus: Stimulus) -> bool:
    """Whether the run waits for this kind of stimulus, from this step."""
    match stimulus:
        case EffectApplied(effect=effect):
            return state.phase is Phase.APPLYING and effect.step == state.step
        case Replied():
            return state.open_question is not None
        case TimerFired(at=at):
            is_resting = state.phase in (Phase.ASKING, Phase.WAITING)
            return is_resting and state.due_at is not None and at >= state.due_at
        case HandedOver(step=step) | NotSent(step=step):
            return state.phase is Phase.ASKING and step == state.step
    return False


def _meant_at(state: RunState, stimulus: Stimulus) -> datetime | None:
    """An answer, or the lack of one, is what the run goes on from. A wait has said itself when it is meant to end."""
    match stimulus:
        case Replied(at=at):
            return at
        case TimerFired() if state.phase is Phase.ASKING:
            return state.due_at
    return state.meant_at


def _follow(definition: Definition, state: RunState, move: Move, facts: Facts, now: datetime) -> Advanced:
    """Go from step to step until an effect, a rest or the end."""
    while isinstance(move, Go):
        if move.target in (None, END) and move.target not in definition.steps:
            return _finish(state.changed(**move.changes), _outcome_of(state, move))
        if move.target not in definition.steps:
            reason = move.reason if move.target == PERSON else "unknown_step"
            return _give_up(state.changed(**move.changes), reason, move.note)
        if state.steps_taken >= MAX_STEPS:
            return _give_up(state, "too_many_steps")
        name = str(move.target)
        state = state.changed(
            **{"steps_taken": state.steps_taken + 1, "phase": Phase.APPLYING, **move.changes, "step": name}
        )
        step = definition.steps[name]
        move = STEPS[step.do].advance(step, Moment(name, state, None, facts, now))
    match move:
        case Do(effect=effect, changes=changes):
            return Advanced(state.changed(**{"phase": Phase.APPLYING, **changes}), (effect,))
        case Stay(changes=changes):
            return Advanced(state.changed(**changes) if changes else state)
        case End(outcome=outcome, effect=effect):
            return _finish(state, outcome, effect)


def _outcome_of(state: RunState, move: Go) -> str:
    if move.changes.get("last_result") == "too_late":
        return "too_late"
    if move.reason == "timed_out":
        return "timed_out"
    return "done" if move.target == END else "dead_end"


def _finish(state: RunState, outcome: str, before: Effect | None = None) -> Advanced:
    finished = state.changed(
        phase=Phase.FINISHED,
        outcome=outcome,
        question=None,
        asked_text="",
        opened_at=None,
        due_at=None,
        expires_at=None,
    )
    finish = Finish(state.step or "", outcome)
    return Advanced(finished, (finish,) if before is None else (before, finish))


def _give_up(state: RunState, reason: str, note: str = "") -> Advanced:
    """Leave it to a person: what the flow asks for by `person`, and what is left where a flow is broken."""
    return _finish(state, "handed_off", HandOff(state.step or "", reason, note))
