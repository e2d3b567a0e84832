"""Conditions a branch can look at; each is judged from the state, the facts and the time, and never
raises.
"""

import math
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from app.domain.flows.durations import Clock
from app.domain.flows.effects import Value
from app.domain.flows.facts import Facts, zone_named
from app.domain.flows.state import RunState


def _as_values(written: object) -> object:
    return tuple(written) if isinstance(written, list) else written


Values = Annotated[tuple[str | int | float | bool, ...], BeforeValidator(_as_values)]


class _Condition(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Comparison(_Condition):
    """Compares one value: an answer, or a named value of the customer, the brand, the event or the order.

    Every comparison that is given must hold. With none given, it asks whether there is a value at all.
    """

    check: Literal["answer", "attribute", "brand", "event", "order"]
    name: str
    exists: bool | None = None
    equals: str | int | float | bool | None = None
    one_of: Values | None = None
    at_least: float | None = None
    at_most: float | None = None

    def holds(self, state: RunState, facts: Facts, now: datetime) -> bool:
        """Whether the value compares as asked; a missing value satisfies `exists: false` only."""
        value = self._value(state, facts)
        is_there = value is not None and value != ""
        if self.exists is False:
            return not is_there
        if not is_there:
            return False
        if self.equals is not None and not _same(value, self.equals):
            return False
        if self.one_of is not None and not any(_same(value, one) for one in self.one_of):
            return False
        if self.at_least is None and self.at_most is None:
            return True
        number = _as_number(value)
        if number is None or (self.at_least is not None and number < self.at_least):
            return False
        return self.at_most is None or number <= self.at_most

    def _value(self, state: RunState, facts: Facts) -> Value:
        sources = {
            "answer": state.variables,
            "attribute": facts.customer,
            "brand": facts.brand,
            "event": facts.event,
            "order": facts.order or {},
        }
        return sources[self.check].get(self.name)


class HasTag(_Condition):
    """The customer has this tag."""

    check: Literal["tag"]
    name: str

    def holds(self, state: RunState, facts: Facts, now: datetime) -> bool:
        """Whether the customer has the tag."""
        return self.name in facts.tags


class State(_Condition):
    """The customer's consent, language or kind of channel, or the result of the last effect, is one of
    these.
    """

    check: Literal["consent", "language", "channel", "result"]
    one_of: Values

    def holds(self, state: RunState, facts: Facts, now: datetime) -> bool:
        """Whether the present value is among them."""
        values = {
            "consent": facts.consent,
            "language": facts.language,
            "channel": facts.channel,
            "result": state.last_result,
        }
        return values[self.check] in self.one_of


class HasOpenComplaint(_Condition):
    """The customer has a complaint that is not resolved."""

    check: Literal["open_complaint"]

    def holds(self, state: RunState, facts: Facts, now: datetime) -> bool:
        """Whether one is open."""
        return facts.has_open_complaint


class TimeOfDay(_Condition):
    """It is between these times where the customer is; `from` counts, `until` does not. It may span
    midnight.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)
    check: Literal["time"]
    start: Clock = Field(alias="from")
    until: Clock

    def holds(self, state: RunState, facts: Facts, now: datetime) -> bool:
        """Whether the customer's clock stands between the two times."""
        clock = now.astimezone(zone_named(facts.timezone)).time()
        if self.start <= self.until:
            return self.start <= clock < self.until
        return clock >= self.start or clock < self.until


class Not(_Condition):
    """The condition does not hold."""

    check: Literal["not"]
    condition: "Condition"

    def holds(self, state: RunState, facts: Facts, now: datetime) -> bool:
        """The opposite."""
        return not self.condition.holds(state, facts, now)


class Combined(_Condition):
    """All of the conditions hold, or at least one of them."""

    check: Literal["all", "any"]
    conditions: "Annotated[tuple[Condition, ...], Field(min_length=1)]"

    def holds(self, state: RunState, facts: Facts, now: datetime) -> bool:
        """Whether all, or any, hold."""
        judged = (condition.holds(state, facts, now) for condition in self.conditions)
        return all(judged) if self.check == "all" else any(judged)


Condition = Annotated[
    Comparison | HasTag | State | HasOpenComplaint | TimeOfDay | Not | Combined, Field(discriminator="check")
]
Not.model_rebuild()
Combined.model_rebuild()


def answers_in(condition: Condition) -> list[str]:
    """The names of the answers that a condition looks at."""
    match condition:
        case Comparison(check="answer", name=name):
            return [name]
        case Not(condition=inner):
            return answers_in(inner)
        case Combined(conditions=inner_conditions):
            return [name for inner in inner_conditions for name in answers_in(inner)]
    return []


def _same(value: Value, wanted: Value) -> bool:
    if isinstance(value, str) or isinstance(wanted, str):
        return str(value).casefold() == str(wanted).casefold()
    return value == wanted


def _as_number(value: Value) -> int | float | None:
    """A whole number stays one: it may be larger than any fraction can be, and compares all the same."""
    if isinstance(value, int):
        return value
    try:
        number = float(value) if value is not None else math.nan
    except ValueError:
        return None
    return None if math.isnan(number) else number
