"""What can happen to a run from outside: it is started, answered, woken, acted on, or told how an effect
went.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.flows.effects import Effect, Labels, Value


@dataclass(frozen=True, slots=True)
class Triggered:
    """Start the run. `text` is what the customer wrote, `data` an event's data or the entities found in the
    text.

    `at` is the instant of the event or text, from which `wait ... since: trigger` counts; without it, now.
    """

    by: str  # keyword | intent | event | flow | system | staff
    text: str = ""
    data: Mapping[str, Value] = field(default_factory=dict)
    at: datetime | None = None
    labels: Labels = field(default_factory=dict)
    """Of the choices among `data`, where another flow hands them on."""


@dataclass(frozen=True, slots=True)
class Replied:
    """The customer's answer to the open question; `intent` is the NLU's guess where it was asked."""

    text: str
    at: datetime
    intent: str | None = None


@dataclass(frozen=True, slots=True)
class TimerFired:
    """The run's `due_at` has come. Fired early, it changes nothing."""

    at: datetime


@dataclass(frozen=True, slots=True)
class StaffActed:
    """A member of staff took the conversation (`took_over`) or ended the run (`cancelled`)."""

    action: str


@dataclass(frozen=True, slots=True)
class EffectApplied:
    """How an effect went, at once, inside the loop. `result` is one of the effect's `RESULTS`."""

    effect: Effect
    result: str
    data: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The question asked by `step` has left for the provider: from now on it is open."""

    step: str
    at: datetime


@dataclass(frozen=True, slots=True)
class NotSent:
    """The question asked by `step` was refused or lost after it had been queued, so nobody will answer it."""

    step: str
    reason: str


Stimulus = Triggered | Replied | TimerFired | StaffActed | EffectApplied | HandedOver | NotSent
