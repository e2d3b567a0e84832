"""What a kind of step is: its schema, how it advances a run, what it finds wrong, its form in the editor."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from app.domain.flows.effects import Effect
from app.domain.flows.facts import Facts
from app.domain.flows.rendering import Rendered, Unfilled, render, spoken_in
from app.domain.flows.state import RunState
from app.domain.flows.stimuli import Stimulus

END = "end"
PERSON = "person"
RESERVED_TARGETS = frozenset({END, PERSON})

Texts = dict[str, Annotated[str, Field(min_length=1)]]
"""One text in each of the flow's languages: `{zh: ..., en: ...}`."""


class StepSchema(BaseModel):
    """What every step has: what it does (`do`) and where the run goes next. At an `is_rest` step it waits."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    do: str
    is_rest: ClassVar[bool] = False

    def targets(self) -> Mapping[str, str | None]:
        """Field by field, the step, `end` or `person` that the run can go to. None: the field is missing."""
        return {"then": getattr(self, "then", None)}

    def pauses(self, field: str) -> timedelta | None:
        """How long the run rests here at least before it goes where this field of `targets` says.

        None: the customer has to write before it does.
        """
        return timedelta(0)

    def texts(self) -> Mapping[str, Texts]:
        """Field by field, what the customer is sent."""
        return {}

    def answers(self) -> Mapping[str, str]:
        """Field by field, the answers it looks at, by the name they are kept under."""
        return {}

    def keeps(self, name: str) -> str | None:
        """The name under which the step, being called `name`, keeps an answer."""
        return None

    def templates(self) -> Mapping[str, str]:
        """Field by field, what is filled in and not sent, such as a note for staff."""
        return {}


@dataclass(frozen=True, slots=True)
class Moment:
    """Everything a step may look at. `stimulus` is None when the run has just come to the step."""

    name: str
    state: RunState
    stimulus: Stimulus | None
    facts: Facts
    now: datetime

    @property
    def meant_at(self) -> datetime:
        """When the run was to be here."""
        return self.state.meant_at or self.now

    def render(self, texts: Texts) -> Rendered | Unfilled:
        """The text in the customer's language, or the flow's first where it lacks that one."""
        return render(spoken_in(texts, self.facts.language), self.state, self.facts)


@dataclass(frozen=True, slots=True)
class Go:
    """Go on at another step, or at `end` or `person`; `reason` says why, should it be a person."""

    target: str | None
    changes: Mapping[str, Any] = field(default_factory=dict)
    reason: str = "flow"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Do:
    """Ask for an effect; its result comes back to this step as `EffectApplied`."""

    effect: Effect
    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stay:
    """Rest here, with these changes: an answer or a time is awaited. Without changes, nothing has
    happened.
    """

    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class End:
    """Finish with this outcome, after an effect where there is one."""

    outcome: str
    effect: Effect | None = None


Move = Go | Do | Stay | End


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of the step's form in the editor. `kind` picks the widget."""

    name: str
    kind: (
        str  # texts | text | target | duration | clock | number | select | words | choices | cases | template
    )
    label: Mapping[str, str]
    is_required: bool = False
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something wrong with one step: the field it stands in, what it is and how to mend it."""

    field: tuple[str | int, ...]
    code: str
    message: str


def nothing_wrong(step: Any) -> list[Trouble]:
    """The check of a step that its schema checks fully."""
    return []


@dataclass(frozen=True, slots=True)
class Step:
    """One kind of step, found by discovery in `steps/` as the constant STEP."""

    name: str
    title: Mapping[str, str]
    schema: type[StepSchema]
    advance: Callable[[Any, Moment], Move]
    form: tuple[FormField, ...]
    check: Callable[[Any], list[Trouble]] = nothing_wrong
