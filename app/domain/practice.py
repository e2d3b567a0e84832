"""Practice of the desk: a scripted customer who answers what staff write, and an honest score in the end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from app.domain import sla
from app.domain.sla import SlaEvent, SlaState
from app.domain.sla_policy import SlaPolicy
from app.domain.text import fold

SOURCE = "SPEC CO-7"
CUSTOMER, STAFF = "customer", "staff"
Saying = Mapping[str, str]
"""A text by language: zh and en."""


@dataclass(frozen=True, slots=True)
class Element:
    """Something that a reply is listened for, by any of these words."""

    name: str
    title: Saying
    words: tuple[str, ...]

    def is_in(self, text: str) -> bool:
        """Whether the text says it."""
        folded = fold(text)
        return any(fold(word) in folded for word in self.words)


@dataclass(frozen=True, slots=True)
class Stage:
    """What the customer wants to hear before they go on, and what they say to either."""

    wants: tuple[str, ...]
    good: Saying
    otherwise: Saying


@dataclass(frozen=True, slots=True)
class Scenario:
    """One made-up customer. `wanted` and `avoided` are what replies are listened for, by name."""

    name: str
    title: Saying
    brief: Saying
    kind: str
    opening: Saying
    answer: timedelta
    solve: timedelta
    stages: tuple[Stage, ...]
    wanted: Mapping[str, Element]
    avoided: Mapping[str, Element]

    @property
    def policy(self) -> SlaPolicy:
        """Its clocks are those of a complaint, with less time on them."""
        return SlaPolicy(first_response=self.answer, resolution=self.solve)


@dataclass(frozen=True, slots=True)
class Line:
    """One text of a practice. Of staff's, `stopped` names what kept it from being sent."""

    by: str
    text: str
    at: datetime
    stopped: str | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that counts, and whether it was done; `about` is the time taken, in seconds, or how often."""

    name: str
    is_met: bool
    about: float | None = None


_LINES = TypeAdapter(list[Line])
_POINTS = TypeAdapter(list[Point])


def lines_from(stored: Any) -> list[Line]:
    """The lines that `to_json` gave."""
    return _LINES.validate_python(stored)


def points_from(stored: Any) -> list[Point]:
    """The same of points; none before the end."""
    return _POINTS.validate_python(stored or [])


def to_json(lines: Sequence[Line]) -> Any:
    """Lines as JSON takes them."""
    return _LINES.dump_python(list(lines), mode="json")


def opened(scenario: Scenario, at: datetime) -> SlaState:
    """The clocks of a customer who has just written."""
    return sla.opened(scenario.policy, at)


def replied(state: SlaState, text_id: UUID, at: datetime) -> SlaState:
    """The clocks after a reply."""
    return sla.apply(state, SlaEvent("replied", at, outbound_id=text_id))


def stage_after(scenario: Scenario, lines: Sequence[Line]) -> int:
    """How many stages are behind the customer. What is wanted may be said at once, or over several replies."""
    reached, heard = 0, ""
    for line in _sent(lines):
        heard = f"{heard}\n{line.text}"
        if reached < len(scenario.stages) and _has_all(scenario, reached, heard):
            reached, heard = reached + 1, ""
    return reached


def _has_all(scenario: Scenario, stage: int, heard: str) -> bool:
    return all(scenario.wanted[one].is_in(heard) for one in scenario.stages[stage].wants)


def answer(scenario: Scenario, lines: Sequence[Line], language: str) -> str | None:
    """What the customer says to the last reply; None once they have heard all they wanted."""
    before, now = stage_after(scenario, lines[:-1]), stage_after(scenario, lines)
    if before == len(scenario.stages):
        return None
    stage = scenario.stages[before]
    return (stage.good if now > before else stage.otherwise)[language]


def score(scenario: Scenario, state: SlaState, lines: Sequence[Line], at: datetime) -> list[Point]:
    """What was done and what was missed, when it ended at `at`. Ending it without a reply is no response."""
    sent = _sent(lines)
    said = "\n".join(line.text for line in sent)
    first_at = state.first_response_at
    took = (first_at - state.opened_at).total_seconds() if first_at else None
    is_heard = stage_after(scenario, lines) == len(scenario.stages)
    wanted = dict.fromkeys(one for stage in scenario.stages for one in stage.wants)
    stopped = sum(line.stopped is not None for line in lines)
    return [
        Point("first_response", first_at is not None and first_at <= state.first_response_due_at, took),
        Point(
            "resolution", is_heard and at <= state.resolution_due_at, (at - state.opened_at).total_seconds()
        ),
        *(Point(one, scenario.wanted[one].is_in(said)) for one in wanted),
        *(Point(name, bool(sent) and not one.is_in(said)) for name, one in scenario.avoided.items()),
        Point("checks", bool(sent) and not stopped, stopped),
    ]


def percent(points: Sequence[Point]) -> int:
    """The share of points that were met, rounded down: only who has missed nothing has all."""
    return 100 * sum(one.is_met for one in points) // len(points)


def _sent(lines: Sequence[Line]) -> list[Line]:
    return [line for line in lines if line.by == STAFF and line.stopped is None]
