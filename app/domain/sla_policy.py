"""What a brand promises those who complain: how soon, and which time counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from pydantic import TypeAdapter

from app.domain.business_time import BusinessHours


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
    """A brand's promise, and the time it is counted in. An open complaint keeps the policy that it was opened with,
    hours and all. Source: SPEC CO-2."""

    first_response: timedelta = timedelta(hours=2)
    resolution: timedelta = timedelta(hours=48)
    follow_up: timedelta = timedelta(hours=72)
    longest_pause: timedelta = timedelta(hours=72)
    """By the wall clock, whatever counts else: it is the customer who is waited for."""
    most_pauses: int = 3
    hours: BusinessHours | None = None
    """The hours that count; None where every hour does."""

    @property
    def calendar(self) -> Calendar:
        """What its promises are counted by."""
        return self.hours or WALL_CLOCK

    def to_json(self) -> dict[str, Any]:
        """The policy as JSON takes it."""
        plain: dict[str, Any] = _POLICY.dump_python(self, mode="json")
        return plain

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "SlaPolicy":
        """The policy that `to_json` gave; what is not told is as it is by default."""
        return _POLICY.validate_python(stored)


_POLICY = TypeAdapter(SlaPolicy)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The instants by which a complaint is to be answered and resolved; at the instant itself is in time."""

    first_response_due_at: datetime
    resolution_due_at: datetime


def deadlines(policy: SlaPolicy, opened_at: datetime) -> Deadlines:
    """The deadlines of a complaint received at `opened_at`. Source: SPEC CO-2."""
    after = policy.calendar.after
    return Deadlines(after(opened_at, policy.first_response), after(opened_at, policy.resolution))
