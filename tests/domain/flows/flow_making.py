"""Builds small flows, runs and worlds for the tests of the flow language."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from app.domain.flows.definition import Definition, Shelf
from app.domain.flows.effects import Effect
from app.domain.flows.facts import Facts
from app.domain.flows.findings import Source
from app.domain.flows.loop import Rested, drive
from app.domain.flows.memory import MemoryWorld
from app.domain.flows.reading import read_definition
from app.domain.flows.state import RunState
from app.domain.flows.stimuli import Replied, Stimulus, TimerFired, Triggered

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
"""Ten o'clock of a Monday morning in Shanghai."""


def both(zh: str, en: str = "text") -> dict[str, str]:
    return {"zh": zh, "en": en}


def a_flow(steps: Mapping[str, Any], **changes: Any) -> Definition:
    plain = {"schema": 1, "name": "tried", "title": both("试", "Tried"), "steps": steps, **changes}
    read = read_definition(plain, Source("tried.yml"))
    assert read.definition is not None, read.findings
    return read.definition


def a_question(**changes: Any) -> dict[str, Any]:
    return {
        "do": "ask",
        "text": both("喜欢吗？1喜欢，2不喜欢"),
        "answer": "choice",
        "choices": {"like": {"label": both("喜欢", "like")}, "dislike": {"label": both("不喜欢", "dislike")}},
        "time_out": "24h",
        "then": "end",
        **changes,
    }


class Conversation:
    """One run of one flow in a world in memory, driven by what a test says happens."""

    def __init__(self, *flows: Definition, refuses: bool = False, orders: Any = (), **facts: Any) -> None:
        self.shelf = Shelf.of(*flows)
        self.now = NOW
        self.world = MemoryWorld(now=NOW, known=Facts(**facts), refuses=refuses, orders=orders)
        self.state = RunState.begin(flows[0].name, 1)
        self.rested: Rested | None = None

    def starts(
        self, text: str = "", data: Mapping[str, Any] | None = None, by: str = "keyword"
    ) -> "Conversation":
        return self.meets(Triggered(by, text, data or {}, self.now))

    def hears(self, text: str, intent: str | None = None) -> "Conversation":
        return self.meets(Replied(text, self.now, intent))

    def waits(self, **time: Any) -> "Conversation":
        self.now += timedelta(**time)
        return self.meets(TimerFired(self.now))

    def meets(self, stimulus: Stimulus) -> "Conversation":
        self.world.now = self.now
        self.rested = drive(self.shelf, self.state, stimulus, self.world, self.now)
        self.state = self.rested.state
        return self

    @property
    def sent(self) -> list[str]:
        return self.world.sent

    @property
    def names(self) -> list[str]:
        return [effect.NAME for effect in self.world.effects]

    def effect(self, kind: type[Effect]) -> Any:
        return next(effect for effect in self.world.effects if isinstance(effect, kind))
