"""The one loop that the console's phone, transcripts, the rehearsal and production run."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.flows.definition import Library
from app.domain.flows.effects import TOO_DEEP, UNKNOWN_FLOW, Effect, Finish, HandOff, StartFlow
from app.domain.flows.engine import advance, begun
from app.domain.flows.facts import Facts
from app.domain.flows.state import Phase, RunState
from app.domain.flows.stimuli import EffectApplied, Stimulus, Triggered

MAX_DEPTH = 5


class World(Protocol):
    """What a run lives in: it knows the facts and applies the effects."""

    def facts(self, state: RunState) -> Facts:
        """The facts as of now. Asked before each advance; what does not change may be kept."""

    def apply(self, effect: Effect, state: RunState) -> EffectApplied:
        """Apply the effect and say how it went, with one of the effect's `RESULTS`."""


@dataclass(frozen=True, slots=True)
class Rested:
    """A run at rest, waiting for an answer or a time, or finished, and every effect on the way, in order."""

    state: RunState
    effects: tuple[Effect, ...] = ()


def drive(library: Library, state: RunState, stimulus: Stimulus, world: World, now: datetime) -> Rested:
    """Advance the run and apply its effects until it rests. A run of a flow that is not there goes to a
    person.
    """
    applied: list[Effect] = []
    following: Stimulus | None = stimulus
    while following is not None:
        published = library.find(state.flow, state.version)
        if published is None:
            return _abandon(state, world, applied)
        if isinstance(following, Triggered) and state.phase is Phase.NEW:
            state = begun(state, following, now)
        advanced = advance(published.definition, state, following, world.facts(state), now)
        state, following = advanced.state, None
        for effect in advanced.effects:
            applied.append(effect)
            if isinstance(effect, StartFlow):
                state, following = _enter(library, state, effect, world)
            else:
                result = world.apply(effect, state)
                following = result if state.phase is Phase.APPLYING else None
    return Rested(state.changed(steps_taken=0), tuple(applied))


def _enter(library: Library, state: RunState, effect: StartFlow, world: World) -> tuple[RunState, Stimulus]:
    """The state with which the run goes on in the other flow; it must not be deeper than five."""
    published = library.find(effect.flow)
    if published is None:
        return state, EffectApplied(effect, UNKNOWN_FLOW)
    if state.depth >= MAX_DEPTH:
        return state, EffectApplied(effect, TOO_DEEP)
    world.apply(effect, state)
    entered = RunState.begin(effect.flow, published.version, depth=state.depth + 1)
    trigger = Triggered(
        by="flow", text=state.text, data=effect.data, at=state.triggered_at, labels=effect.labels
    )
    return entered.changed(steps_taken=state.steps_taken, meant_at=state.meant_at), trigger


def _abandon(state: RunState, world: World, applied: list[Effect]) -> Rested:
    if state.is_finished:
        return Rested(state, tuple(applied))
    step = state.step or ""
    state = state.changed(
        phase=Phase.FINISHED, outcome="handed_off", question=None, due_at=None, expires_at=None
    )
    for effect in (HandOff(step, UNKNOWN_FLOW, state.flow), Finish(step, "handed_off")):
        world.apply(effect, state)
        applied.append(effect)
    return Rested(state, tuple(applied))
