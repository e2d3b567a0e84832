"""Says when a complaint's running clocks are to be warned of, whom each warning goes to, and at which hour."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.domain.sla import Clock, SlaEvent, SlaState, apply
from app.domain.windows import Window, next_open

SOURCE = "SPEC CO-3"
WHOLE = 100
"""Per cent of the time allowed: from here on it is no warning any more, the promise is broken."""
TOO_LATE = timedelta(microseconds=1)
"""At the deadline counts as met: the first instant after it does not."""


class To(StrEnum):
    """Whom a rung of the ladder tells."""

    ASSIGNEE = "assignee"
    """Who has the complaint; the team, where nobody has it."""
    TEAM = "team"
    """All who work at the desk."""
    MANAGERS = "managers"


class Channel(StrEnum):
    """The ways to tell staff."""

    CONSOLE = "console"
    SMS = "sms"
    EMAIL = "email"
    WEBHOOK = "webhook"


AWAKENING = frozenset({Channel.SMS, Channel.EMAIL})
"""What rings where somebody sleeps. The console waits by itself, and what a webhook does is for its program to say."""


@dataclass(frozen=True, slots=True)
class Rung:
    """At `percent` of the time allowed, `to` is told; `is_loud`: at night, too."""

    percent: int
    to: To
    is_loud: bool = False


DAY = Window(time(8), time(22))


@dataclass(frozen=True, slots=True)
class Ladder:
    """A brand's warnings, the lowest first. By day is from `day.start` to `day.end` in the brand's zone."""

    rungs: tuple[Rung, ...] = (Rung(50, To.ASSIGNEE), Rung(80, To.TEAM), Rung(WHOLE, To.MANAGERS))
    day: Window = DAY

    def rung(self, percent: int) -> Rung:
        """The rung of this level."""
        return next(rung for rung in self.rungs if rung.percent == percent)


LADDER = Ladder()
"""What holds where a brand has not said otherwise."""


@dataclass(frozen=True, slots=True)
class Reached:
    """Up to which level each clock has been warned of, in one round of a complaint: each reopening begins another."""

    round: int = 0
    levels: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, stored: Mapping[str, Any], state: SlaState) -> "Reached":
        """What was stored, as far as it is of the present round."""
        levels = stored.get("levels", {}) if stored.get("round") == state.reopened else {}
        return cls(state.reopened, levels)

    def to_json(self) -> dict[str, Any]:
        """What is stored."""
        return {"round": self.round, "levels": dict(self.levels)}

    def after(self, warnings: Collection["Warned"]) -> "Reached":
        """What has been reached once these are recorded."""
        levels = dict(self.levels)
        for one in warnings:
            levels[one.clock] = max(one.percent, levels.get(one.clock, 0))
        return replace(self, levels=levels)


@dataclass(frozen=True, slots=True)
class Warned:
    """One level of one clock that has been passed. `is_sent`: staff are told of it; of several that are overdue at
    once, the highest alone. A lower one was overtaken, and so was one of a clock that has been met meanwhile."""

    clock: Clock
    percent: int
    due_at: datetime
    is_sent: bool


def due(state: SlaState, reached: Reached, now: datetime, ladder: Ladder = LADDER) -> tuple[Warned, ...]:
    """What is to be recorded by now, clock by clock and the lowest first; nothing that was recorded before."""
    found: list[Warned] = []
    for clock in Clock:
        passed = [one for one in _coming(state, clock, reached, ladder) if one.due_at <= now]
        is_met = _run(state, clock)[2] is not None
        for one in passed:
            is_told = one is passed[-1] and (one.percent >= WHOLE or not is_met)
            found.append(replace(one, is_sent=is_told))
    return tuple(found)


def next_at(state: SlaState, reached: Reached, ladder: Ladder = LADDER) -> datetime | None:
    """When there is something to record next; None where nothing is left unless something happens."""
    coming = [one.due_at for clock in Clock for one in _coming(state, clock, reached, ladder)]
    return min(coming, default=None)


def _coming(state: SlaState, clock: Clock, reached: Reached, ladder: Ladder) -> list[Warned]:
    """The levels above what was reached that this clock passes if nothing happens, or passed before it was met."""
    from_at, due_at, met_at, allowed = _run(state, clock)
    if from_at is None or due_at is None or state.status == "closed":
        return []
    calendar = state.policy.calendar
    moved_by = (calendar.between(from_at, due_at) if due_at > from_at else timedelta()) - allowed
    found = []
    for rung in ladder.rungs:
        if rung.percent <= reached.levels.get(clock, 0):
            continue
        used = max(timedelta(), allowed * rung.percent / WHOLE + moved_by)
        at = due_at + TOO_LATE if rung.percent >= WHOLE else min(calendar.after(from_at, used), due_at)
        if clock is Clock.RESOLUTION and (waits_until := _waits_until(state)) is not None:
            at = max(at, waits_until)
        if met_at is None or at <= met_at:
            found.append(Warned(clock, rung.percent, at, False))
    return found


def _run(
    state: SlaState, clock: Clock
) -> tuple[datetime | None, datetime | None, datetime | None, timedelta]:
    """Since when a clock runs, its deadline, when it was met, and the time allowed. The deadline is the one that
    holds once a wait for the customer has ended by itself, for no warning comes sooner."""
    match clock:
        case Clock.FIRST_RESPONSE:
            met_at, allowed = state.first_response_at, state.policy.first_response
            return state.opened_at, state.first_response_due_at, met_at, allowed
        case Clock.RESOLUTION:
            due_at = _after_waiting(state).resolution_due_at
            return state.opened_at, due_at, state.resolution_at, state.policy.resolution
    allowed = state.policy.follow_up
    return state.resolution_at, state.follow_up_due_at, state.follow_up_at, allowed


def _waits_until(state: SlaState) -> datetime | None:
    """Until when resolution waits for the customer; a promise that was broken before the wait does not."""
    is_waiting = state.paused_at is not None and state.paused_at <= state.resolution_due_at
    return state.pause_ends_at if is_waiting else None


def _after_waiting(state: SlaState) -> SlaState:
    ends_at = state.pause_ends_at
    return state if ends_at is None else apply(state, SlaEvent("waited", ends_at))


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member of staff who can log in."""

    id: UUID
    role: str


def recipients(to: To, assignee: UUID | None, staff: Collection[Colleague]) -> tuple[UUID, ...]:
    """Whom a rung tells. Where nobody has that part, the next one up: no warning goes to nobody while there is
    anybody who could act on it."""
    if to is To.ASSIGNEE and any(one.id == assignee for one in staff):
        return (assignee,) if assignee is not None else ()
    ranks = ("manager", "admin") if to is To.MANAGERS else ("support", "manager", "admin")
    for role in ranks:
        found = tuple(one.id for one in staff if one.role == role)
        if found:
            return found
    return ()


def deliver_at(channel: Channel, rung: Rung, now: datetime, zone: str, ladder: Ladder = LADDER) -> datetime:
    """When to tell somebody in this way: now, or in the morning where it is night and it would wake them."""
    if rung.is_loud or channel not in AWAKENING:
        return now
    return next_open([ladder.day], [zone], now) or now
