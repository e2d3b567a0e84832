"""Runs a complaint's clocks (first response, resolution, follow-up) as a fold over the complaint's events."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from app.domain.sla_events import Clock as Clock
from app.domain.sla_events import EventKind as EventKind
from app.domain.sla_events import SlaEvent as SlaEvent
from app.domain.sla_policy import Calendar, Deadlines, SlaPolicy, deadlines


@dataclass(frozen=True, slots=True)
class Pause:
    """Resolution waited for the customer from one instant to the other."""

    paused_at: datetime
    resumed_at: datetime


@dataclass(frozen=True, slots=True)
class SlaState:
    """The sum of a complaint's events. `status`: open, waiting, resolved or closed."""

    opened_at: datetime
    first_response_due_at: datetime
    resolution_due_at: datetime
    policy: SlaPolicy = field(default_factory=SlaPolicy)
    status: str = "open"
    first_response_at: datetime | None = None
    first_response_breached_at: datetime | None = None
    resolution_at: datetime | None = None
    resolution_breached_at: datetime | None = None
    paused_at: datetime | None = None
    pauses: int = 0
    paused_by: UUID | None = None
    """The text that asked the customer for what is waited for."""
    follow_up_due_at: datetime | None = None
    follow_up_at: datetime | None = None
    follow_up_breached_at: datetime | None = None
    follow_up_result: str | None = None
    reopened: int = 0
    replies: Mapping[UUID, datetime] = field(default_factory=dict)
    """When each text of a person left that, as far as anybody knows, reached the customer; by the text's id."""
    resolved_by: UUID | None = None
    """The text that tells the customer of the resolution."""
    moves: tuple[Pause | Deadlines, ...] = ()
    """What has moved the deadlines since it was opened, in order; Deadlines are those of one merged into it."""

    @property
    def pause_ends_at(self) -> datetime | None:
        """When a pause ends by itself; None where there is none."""
        return None if self.paused_at is None else self.paused_at + self.policy.longest_pause

    @property
    def is_merged_away(self) -> bool:
        """Whether another complaint has its promises."""
        return self.status == "closed" and self.resolution_at is None

    @property
    def may_pause(self) -> bool:
        """Whether the complaint may wait for the customer (once more)."""
        return self.status == "open" and self.pauses < self.policy.most_pauses

    @property
    def may_pause_after_reply(self) -> bool:
        """Whether it may wait once more after a reply, which ends a wait before."""
        return self.resolution_at is None and self.pauses < self.policy.most_pauses

    def to_json(self) -> dict[str, Any]:
        """The state as JSON takes it."""
        plain: dict[str, Any] = _STATE.dump_python(self, mode="json")
        return plain

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "SlaState":
        """The state that `to_json` gave."""
        return _STATE.validate_python(stored)


_STATE = TypeAdapter(SlaState)


def opened(policy: SlaPolicy, at: datetime) -> SlaState:
    """The state of a complaint that was received at `at`."""
    due = deadlines(policy, at)
    return SlaState(at, due.first_response_due_at, due.resolution_due_at, policy)


def apply(state: SlaState, event: SlaEvent) -> SlaState:
    """The state after an event. An event that does not fit (a fourth pause, a second resolution) changes
    nothing. Source: SPEC CO-2, CO-5."""
    state = as_of(state, event.at)
    return state if state.is_merged_away else _applied(state, event)


def _applied(state: SlaState, event: SlaEvent) -> SlaState:
    match event.kind:
        case EventKind.REPLIED | EventKind.REPLY_FAILED | EventKind.RESOLUTION_FAILED:
            return _replied(state, event)
        case EventKind.PAUSED if state.may_pause:
            return _paused(state, event)
        case EventKind.RESUMED:
            return _resumed(state, event.at)
        case EventKind.RESOLVED if state.resolution_at is None:
            return _resolved(state, event)
        case EventKind.REOPENED if state.resolution_at is not None:
            return replace(opened(state.policy, event.at), reopened=state.reopened + 1)
        case EventKind.MERGED | EventKind.MERGED_AWAY:
            return _merged(state, event)
        case EventKind.BREACHED:
            return _breached(state, event)
        case EventKind.FOLLOWED_UP if state.resolution_at is not None:
            return _followed_up(state, event)
        case EventKind.REBASED if event.policy is not None:
            return _rebased(state, event.policy, event.at)
    return state


def as_of(state: SlaState, at: datetime) -> SlaState:
    """The state at that moment: a pause that has lasted long enough by then is over."""
    ends_at = state.pause_ends_at
    return _resumed(state, ends_at) if ends_at is not None and at >= ends_at else state


def _replied(state: SlaState, event: SlaEvent) -> SlaState:
    """What left is known only once the provider has spoken, so it may lie before what the clock has recorded since."""
    if event.outbound_id is None:
        return state
    if event.kind == EventKind.RESOLUTION_FAILED:
        return _unresolved(state, event)
    if event.kind == EventKind.REPLY_FAILED and event.outbound_id == state.paused_by:
        state = _unpaused(state)
    replies = {one: at for one, at in state.replies.items() if one != event.outbound_id}
    if event.kind == EventKind.REPLIED and event.at >= state.opened_at:
        replies[event.outbound_id] = event.at
        state = _resumed(state, event.at)
    return _first_answered(replace(state, replies=replies))


def _first_answered(state: SlaState) -> SlaState:
    """The first response is the earliest of what counts as one: a reply, or the resolution."""
    counted = [*state.replies.values(), *([state.resolution_at] if state.resolution_at else [])]
    first_at = min(counted, default=None)
    is_kept = first_at is not None and first_at <= state.first_response_due_at
    breached_at = None if is_kept else state.first_response_breached_at
    return replace(state, first_response_at=first_at, first_response_breached_at=breached_at)


def _paused(state: SlaState, event: SlaEvent) -> SlaState:
    waits = replace(state, status="waiting", paused_at=event.at, paused_by=event.outbound_id)
    return replace(waits, pauses=state.pauses + 1)


def _unpaused(state: SlaState) -> SlaState:
    """Nobody was asked for anything after all: the clock never stood still."""
    return replace(state, status="open", paused_at=None, paused_by=None, pauses=state.pauses - 1)


def _resumed(state: SlaState, at: datetime) -> SlaState:
    if state.paused_at is None or at < state.paused_at:
        return state
    pause = Pause(state.paused_at, at)
    return _moved(replace(state, status="open", paused_at=None, paused_by=None), pause)


def _moved(state: SlaState, move: Pause | Deadlines) -> SlaState:
    due = _after_move(
        Deadlines(state.first_response_due_at, state.resolution_due_at), move, state.policy.calendar
    )
    return replace(
        state,
        first_response_due_at=due.first_response_due_at,
        resolution_due_at=due.resolution_due_at,
        moves=(*state.moves, move),
    )


def _after_move(due: Deadlines, move: Pause | Deadlines, calendar: Calendar) -> Deadlines:
    if isinstance(move, Deadlines):
        return Deadlines(
            min(due.first_response_due_at, move.first_response_due_at),
            min(due.resolution_due_at, move.resolution_due_at),
        )
    if move.paused_at > due.resolution_due_at:  # a deadline that was missed before the pause stays missed
        return due
    waited = calendar.between(move.paused_at, move.resumed_at)
    return replace(due, resolution_due_at=calendar.after(due.resolution_due_at, waited))


def _merged(state: SlaState, event: SlaEvent) -> SlaState:
    if event.kind == EventKind.MERGED:
        return _moved(state, event.deadlines) if event.deadlines is not None else state
    if state.resolution_at is not None:
        return state
    return replace(state, status="closed", paused_at=None, paused_by=None, follow_up_result="merged")


def _rebased(state: SlaState, policy: SlaPolicy, at: datetime) -> SlaState:
    """The clocks that still run, from when they began and through all that has moved them, by another policy. Those
    that were met or missed before `at` keep the deadline that they were held to, and a breach stays one."""
    due = deadlines(policy, state.opened_at)
    for move in state.moves:
        due = _after_move(due, move, policy.calendar)
    changed: dict[str, Any] = {"policy": policy}
    still = running(state, at)
    if Clock.FIRST_RESPONSE in still:
        changed["first_response_due_at"] = due.first_response_due_at
    if Clock.RESOLUTION in still:
        changed["resolution_due_at"] = due.resolution_due_at
    if Clock.FOLLOW_UP in still and state.resolution_at is not None:
        changed["follow_up_due_at"] = policy.calendar.after(state.resolution_at, policy.follow_up)
    return replace(state, **changed)


def _resolved(state: SlaState, event: SlaEvent) -> SlaState:
    state = replace(
        _resumed(state, event.at),
        status="resolved",
        resolution_at=event.at,
        resolved_by=event.outbound_id,
        follow_up_due_at=state.policy.calendar.after(event.at, state.policy.follow_up),
    )
    return _first_answered(state)


def _unresolved(state: SlaState, event: SlaEvent) -> SlaState:
    """Open as before, against the clocks that never stopped: the customer has not been told."""
    if state.status != "resolved" or event.outbound_id != state.resolved_by:
        return state
    state = replace(state, status="open", resolution_at=None, resolved_by=None)
    state = replace(state, follow_up_due_at=None, follow_up_at=None, follow_up_breached_at=None)
    return _first_answered(state)


def _breached(state: SlaState, event: SlaEvent) -> SlaState:
    match event.detail:
        case Clock.FIRST_RESPONSE:
            return replace(state, first_response_breached_at=state.first_response_breached_at or event.at)
        case Clock.RESOLUTION:
            return replace(state, resolution_breached_at=state.resolution_breached_at or event.at)
        case Clock.FOLLOW_UP:
            return replace(state, follow_up_breached_at=state.follow_up_breached_at or event.at)
    return state


def _followed_up(state: SlaState, event: SlaEvent) -> SlaState:
    if event.detail == "asked":
        return replace(state, follow_up_at=state.follow_up_at or event.at)
    return replace(
        state, status="closed", follow_up_at=state.follow_up_at or event.at, follow_up_result=event.detail
    )


def due_breaches(state: SlaState, now: datetime) -> tuple[Clock, ...]:
    """The clocks that have run out and are not recorded as breached yet; at the deadline is in time."""
    state = as_of(state, now)
    if state.is_merged_away:
        return ()
    is_paused_in_time = state.paused_at is not None and state.paused_at <= state.resolution_due_at
    late = {
        Clock.FIRST_RESPONSE: state.first_response_breached_at is None
        and (state.first_response_at or now) > state.first_response_due_at,
        Clock.RESOLUTION: state.resolution_breached_at is None
        and not is_paused_in_time
        and (state.resolution_at or now) > state.resolution_due_at,
        Clock.FOLLOW_UP: state.follow_up_breached_at is None
        and state.follow_up_due_at is not None
        and (state.follow_up_at or now) > state.follow_up_due_at,
    }
    return tuple(clock for clock, is_late in late.items() if is_late)


def running(state: SlaState, now: datetime) -> tuple[Clock, ...]:
    """The clocks that are neither met nor missed, recorded or not."""
    if state.is_merged_away:
        return ()
    late = due_breaches(state, now)
    ends = {
        Clock.FIRST_RESPONSE: (state.first_response_at, state.first_response_breached_at),
        Clock.RESOLUTION: (state.resolution_at, state.resolution_breached_at),
        Clock.FOLLOW_UP: (state.follow_up_at, state.follow_up_breached_at),
    }
    begun = tuple(Clock) if state.resolution_at is not None else (Clock.FIRST_RESPONSE, Clock.RESOLUTION)
    return tuple(clock for clock in begun if clock not in late and ends[clock] == (None, None))


def owed(state: SlaState, instead: SlaState, at: datetime) -> Deadlines:
    """What is still owed of an unresolved complaint that is joined to another one at `at`; what is owed no more comes
    no sooner than that one's own. Source: SPEC CO-2."""
    state = _resumed(as_of(state, at), at)
    is_answered = state.first_response_at is not None
    first = (instead if is_answered else state).first_response_due_at
    return Deadlines(first, state.resolution_due_at)
