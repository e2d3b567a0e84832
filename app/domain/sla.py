"""Runs a complaint's clocks (first response, resolution, follow-up) as a fold over the complaint's events."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

FOLLOW_UP_FROM, FOLLOW_UP_UNTIL = time(8), time(21)
FOLLOW_UP_AFTER = timedelta(hours=24)
"""How long after the resolution the customer is asked; night and deadline permitting."""


class Calendar(Protocol):
    """What counts as time: the wall clock, or a brand's business hours."""

    def after(self, start: datetime, allowed: timedelta) -> datetime:
        """The instant at which so much time has passed since `start`."""
        ...

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much time passed."""
        ...


class WallClock:
    """Every hour counts."""

    def after(self, start: datetime, allowed: timedelta) -> datetime:
        """The instant `allowed` later."""
        return start + allowed

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The time from `start` to `end`."""
        return end - start


WALL_CLOCK = WallClock()


@dataclass(frozen=True, slots=True)
class SlaPolicy:
    """A brand's promise. An open complaint keeps the policy that it was opened with. Source: SPEC CO-2."""

    first_response: timedelta = timedelta(hours=2)
    resolution: timedelta = timedelta(hours=48)
    follow_up: timedelta = timedelta(hours=72)
    longest_pause: timedelta = timedelta(hours=72)
    most_pauses: int = 3


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The instants by which a complaint is to be answered and resolved; at the instant itself is in time."""

    first_response_due_at: datetime
    resolution_due_at: datetime


def deadlines(policy: SlaPolicy, opened_at: datetime, calendar: Calendar = WALL_CLOCK) -> Deadlines:
    """The deadlines of a complaint received at `opened_at`. Source: SPEC CO-2."""
    return Deadlines(
        calendar.after(opened_at, policy.first_response), calendar.after(opened_at, policy.resolution)
    )


class EventKind(StrEnum):
    """What moves a clock."""

    REPLIED = "replied"
    """A person's text has left for the customer, at `at`; an automatic receipt is no reply."""
    REPLY_FAILED = "reply_failed"
    """That text did not reach the customer after all, or never left; `detail` is the reason."""
    RESOLUTION_FAILED = "resolution_failed"
    """The same of the text that told the customer of the resolution: nothing is resolved."""
    PAUSED = "paused"
    """A text asked the customer for something: resolution waits for them."""
    RESUMED = "resumed"
    """The customer wrote, or the pause has lasted long enough."""
    RESOLVED = "resolved"
    REOPENED = "reopened"
    MERGED = "merged"
    """Another complaint was joined to this one: `deadlines` are its own."""
    BREACHED = "breached"
    """`detail` names the clock."""
    FOLLOWED_UP = "followed_up"
    """`detail`: asked, solved, no_answer or not_possible."""


class Clock(StrEnum):
    """The promises that can be broken."""

    FIRST_RESPONSE = "first_response"
    RESOLUTION = "resolution"
    FOLLOW_UP = "follow_up"


@dataclass(frozen=True, slots=True)
class SlaEvent:
    """One event of the complaint's log that concerns its clocks. `outbound_id` is staff's text that it is about."""

    kind: str
    at: datetime
    detail: str | None = None
    deadlines: Deadlines | None = None
    outbound_id: UUID | None = None


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
    follow_up_due_at: datetime | None = None
    follow_up_at: datetime | None = None
    follow_up_breached_at: datetime | None = None
    follow_up_result: str | None = None
    reopened: int = 0
    replies: Mapping[UUID, datetime] = field(default_factory=dict)
    """When each text of a person left that, as far as anybody knows, reached the customer; by the text's id."""
    resolved_by: UUID | None = None
    """The text that tells the customer of the resolution."""

    @property
    def pause_ends_at(self) -> datetime | None:
        """When a pause ends by itself; None where there is none."""
        return None if self.paused_at is None else self.paused_at + self.policy.longest_pause

    @property
    def may_pause(self) -> bool:
        """Whether the complaint may wait for the customer (once more)."""
        return self.status == "open" and self.pauses < self.policy.most_pauses

    def to_json(self) -> dict[str, Any]:
        """The state as JSON takes it."""
        plain: dict[str, Any] = _STATE.dump_python(self, mode="json")
        return plain

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "SlaState":
        """The state that `to_json` gave."""
        return _STATE.validate_python(stored)


_STATE = TypeAdapter(SlaState)


def opened(policy: SlaPolicy, at: datetime, calendar: Calendar = WALL_CLOCK) -> SlaState:
    """The state of a complaint that was received at `at`."""
    due = deadlines(policy, at, calendar)
    return SlaState(at, due.first_response_due_at, due.resolution_due_at, policy)


def apply(state: SlaState, event: SlaEvent, calendar: Calendar = WALL_CLOCK) -> SlaState:
    """The state after an event. An event that does not fit (a fourth pause, a second resolution) changes
    nothing. Source: SPEC CO-2, CO-5."""
    ends_at = state.pause_ends_at
    if ends_at is not None and event.at >= ends_at:
        state = _resumed(state, ends_at, calendar)
    match event.kind:
        case EventKind.REPLIED | EventKind.REPLY_FAILED | EventKind.RESOLUTION_FAILED:
            return _replied(state, event, calendar)
        case EventKind.PAUSED if state.may_pause:
            return replace(state, status="waiting", paused_at=event.at, pauses=state.pauses + 1)
        case EventKind.RESUMED:
            return _resumed(state, event.at, calendar)
        case EventKind.RESOLVED if state.resolution_at is None:
            return _resolved(state, event, calendar)
        case EventKind.REOPENED if state.resolution_at is not None:
            return replace(opened(state.policy, event.at, calendar), reopened=state.reopened + 1)
        case EventKind.MERGED if event.deadlines is not None:
            return _merged(state, event.deadlines)
        case EventKind.BREACHED:
            return _breached(state, event)
        case EventKind.FOLLOWED_UP if state.resolution_at is not None:
            return _followed_up(state, event)
    return state


def _replied(state: SlaState, event: SlaEvent, calendar: Calendar) -> SlaState:
    """What left is known only once the provider has spoken, so it may lie before what the clock has recorded since."""
    if event.outbound_id is None:
        return state
    if event.kind == EventKind.RESOLUTION_FAILED:
        return _unresolved(state, event)
    replies = {one: at for one, at in state.replies.items() if one != event.outbound_id}
    if event.kind == EventKind.REPLIED and event.at >= state.opened_at:
        replies[event.outbound_id] = event.at
        state = _resumed(state, event.at, calendar)
    return _first_answered(replace(state, replies=replies))


def _first_answered(state: SlaState) -> SlaState:
    """The first response is the earliest of what counts as one: a reply, or the resolution."""
    counted = [*state.replies.values(), *([state.resolution_at] if state.resolution_at else [])]
    first_at = min(counted, default=None)
    is_kept = first_at is not None and first_at <= state.first_response_due_at
    breached_at = None if is_kept else state.first_response_breached_at
    return replace(state, first_response_at=first_at, first_response_breached_at=breached_at)


def _resumed(state: SlaState, at: datetime, calendar: Calendar) -> SlaState:
    if state.paused_at is None or at < state.paused_at:
        return state
    due_at = state.resolution_due_at
    if state.paused_at <= due_at:  # a deadline that was missed before the pause stays missed
        due_at = calendar.after(due_at, calendar.between(state.paused_at, at))
    return replace(state, status="open", paused_at=None, resolution_due_at=due_at)


def _resolved(state: SlaState, event: SlaEvent, calendar: Calendar) -> SlaState:
    state = replace(
        _resumed(state, event.at, calendar),
        status="resolved",
        resolution_at=event.at,
        resolved_by=event.outbound_id,
        follow_up_due_at=event.at + state.policy.follow_up,
    )
    return _first_answered(state)


def _unresolved(state: SlaState, event: SlaEvent) -> SlaState:
    """Open as before, against the clocks that never stopped: the customer has not been told."""
    if state.status != "resolved" or event.outbound_id != state.resolved_by:
        return state
    state = replace(state, status="open", resolution_at=None, resolved_by=None)
    state = replace(state, follow_up_due_at=None, follow_up_at=None, follow_up_breached_at=None)
    return _first_answered(state)


def _merged(state: SlaState, other: Deadlines) -> SlaState:
    return replace(
        state,
        first_response_due_at=min(state.first_response_due_at, other.first_response_due_at),
        resolution_due_at=min(state.resolution_due_at, other.resolution_due_at),
    )


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


def due_breaches(state: SlaState, now: datetime, calendar: Calendar = WALL_CLOCK) -> tuple[Clock, ...]:
    """The clocks that have run out and are not recorded as breached yet; at the deadline is in time."""
    ends_at = state.pause_ends_at
    if ends_at is not None and now >= ends_at:
        state = _resumed(state, ends_at, calendar)
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


def follow_up_at(resolved_at: datetime, zone: str) -> datetime:
    """When to ask whether it is solved: a day later, between 08:00 and 21:00 in the customer's zone, and so
    before the deadline of 72 hours. Source: SPEC CO-5."""
    local = (resolved_at + FOLLOW_UP_AFTER).astimezone(ZoneInfo(zone))
    if FOLLOW_UP_FROM <= local.time() < FOLLOW_UP_UNTIL:
        return resolved_at + FOLLOW_UP_AFTER
    day = local.date() if local.time() < FOLLOW_UP_FROM else local.date() + timedelta(days=1)
    return datetime.combine(day, FOLLOW_UP_FROM, local.tzinfo).astimezone(resolved_at.tzinfo)
