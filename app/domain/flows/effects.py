"""What a flow asks the world to do: values that a use case, or the world in memory, applies."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from app.domain.flows.answers import Question

Value = str | int | float | bool | None
Labels = Mapping[str, Mapping[str, str]]
"""What chosen values are called, by name and language: {size: {zh: 大份, en: large}}."""

OK = "ok"
FAILED = "failed"
HANDED_OVER = "handed_over"
SEND_REFUSED = "send_refused"
OPENED = "opened"
JOINED = "joined"
UNKNOWN_FLOW = "unknown_flow"
TOO_DEEP = "too_deep"
NO_CONSENT = "no_consent"
NOT_HELD = "not_held"
MARKETING = "marketing"
"""The scope of a consent that is to no class of sensitive data."""
UNFILLED = "unfilled"


@dataclass(frozen=True, slots=True)
class SendText:
    """Send a text; past `expires_at` it must not leave any more (`too_late`). `offers` names those it speaks of."""

    NAME: ClassVar[str] = "send_text"
    RESULTS: ClassVar[tuple[str, ...]] = (OK, SEND_REFUSED, FAILED)
    step: str
    text: str
    expires_at: datetime | None = None
    offers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ask:
    """Send a question and remember it as this run's. `ok` means queued; the run learns by `HandedOver` that
    it is open.

    `handed_over` says in one go that it left already. A question of kind `confirm` is the one of a double
    opt-in.
    """

    NAME: ClassVar[str] = "ask"
    RESULTS: ClassVar[tuple[str, ...]] = (OK, HANDED_OVER, SEND_REFUSED, FAILED)
    step: str
    text: str
    question: Question
    expires_at: datetime | None = None
    is_retry: bool = False
    offers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SetAttribute:
    """Write one attribute into the customer's profile; a choice with its label in each language. A sensitive one
    needs its separate consent (`no_consent`).
    """

    NAME: ClassVar[str] = "set_attribute"
    RESULTS: ClassVar[tuple[str, ...]] = (OK, NO_CONSENT, FAILED)
    step: str
    name: str
    value: Value
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AddTag:
    """Give the customer a tag; a sensitive one needs its separate consent (`no_consent`)."""

    NAME: ClassVar[str] = "add_tag"
    RESULTS: ClassVar[tuple[str, ...]] = (OK, NO_CONSENT, FAILED)
    step: str
    tag: str


@dataclass(frozen=True, slots=True)
class RemoveTag:
    """Take a tag from the customer."""

    NAME: ClassVar[str] = "remove_tag"
    RESULTS: ClassVar[tuple[str, ...]] = (OK, FAILED)
    step: str
    tag: str


@dataclass(frozen=True, slots=True)
class OpenComplaint:
    """Open a complaint, or join the text to the customer's open one (`joined`). `summary` is in their own
    words.
    """

    NAME: ClassVar[str] = "open_complaint"
    RESULTS: ClassVar[tuple[str, ...]] = (OPENED, JOINED, FAILED)
    step: str
    kind: str  # service_complaint | message_complaint
    category: str
    summary: str


@dataclass(frozen=True, slots=True)
class HandOff:
    """Put the conversation into the staff's inbox. `reason` is a code, `note` what staff should know."""

    NAME: ClassVar[str] = "hand_off"
    RESULTS: ClassVar[tuple[str, ...]] = (OK, FAILED)
    step: str
    reason: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class OptIn:
    """Record consent; `wording` is the text that was agreed to, `is_double` that the customer said yes to
    it.
    """

    NAME: ClassVar[str] = "opt_in"
    RESULTS: ClassVar[tuple[str, ...]] = (OK, FAILED)
    step: str
    scope: str
    wording: str
    is_double: bool


@dataclass(frozen=True, slots=True)
class OptOut:
    """Record that the customer wants no more messages of this scope."""

    NAME: ClassVar[str] = "opt_out"
    RESULTS: ClassVar[tuple[str, ...]] = (OK, FAILED)
    step: str
    scope: str


@dataclass(frozen=True, slots=True)
class LiftHold:
    """Lift the hold on marketing; `not_held` where there is none any more, and nothing changes."""

    NAME: ClassVar[str] = "lift_hold"
    RESULTS: ClassVar[tuple[str, ...]] = (OK, NOT_HELD)
    step: str


@dataclass(frozen=True, slots=True)
class Personalise:
    """Switch personalisation on or off."""

    NAME: ClassVar[str] = "personalise"
    RESULTS: ClassVar[tuple[str, ...]] = (OK,)
    step: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class Reassign:
    """The number has a new owner: consent and profile of the earlier one end."""

    NAME: ClassVar[str] = "reassign"
    RESULTS: ClassVar[tuple[str, ...]] = (OK,)
    step: str


@dataclass(frozen=True, slots=True)
class WaitUntil:
    """Wake the run at this instant. The same instant stands in the state's `due_at`."""

    NAME: ClassVar[str] = "wait_until"
    RESULTS: ClassVar[tuple[str, ...]] = (OK,)
    step: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StartFlow:
    """Go on in another flow: the loop replaces the run's state by a fresh one of that flow, one level
    deeper. `labels` are of the choices among `data`.
    """

    NAME: ClassVar[str] = "start_flow"
    RESULTS: ClassVar[tuple[str, ...]] = (OK, UNKNOWN_FLOW, TOO_DEEP)
    step: str
    flow: str
    data: Mapping[str, Value] = field(default_factory=dict)
    labels: Labels = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finish:
    """The run has ended with this outcome; emitted exactly once, and last."""

    NAME: ClassVar[str] = "finish"
    RESULTS: ClassVar[tuple[str, ...]] = (OK,)
    step: str
    outcome: str


Effect = (
    SendText
    | Ask
    | SetAttribute
    | AddTag
    | RemoveTag
    | OpenComplaint
    | HandOff
    | OptIn
    | OptOut
    | LiftHold
    | Personalise
    | Reassign
    | WaitUntil
    | StartFlow
    | Finish
)
