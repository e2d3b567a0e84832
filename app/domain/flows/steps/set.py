"""Writes an attribute of the customer's profile."""

from collections.abc import Mapping
from typing import Literal

from app.domain.flows.asking import unfilled
from app.domain.flows.effects import SetAttribute, Value
from app.domain.flows.rendering import Unfilled, render_value
from app.domain.flows.step import Do, FormField, Go, Moment, Move, Step, StepSchema, Trouble
from app.domain.flows.stimuli import EffectApplied


class Set(StepSchema):
    """`attribute` becomes `value` (placeholders are filled), or the answer that `answer` names, as it was
    given.
    """

    do: Literal["set"]
    attribute: str
    value: str | int | float | bool | None = None
    answer: str | None = None
    then: str | None = None
    missing: str | None = None

    def targets(self) -> dict[str, str | None]:
        """Where the run can go."""
        return {"then": self.then} | ({"missing": self.missing} if self.missing else {})

    def answers(self) -> dict[str, str]:
        """The answer it takes."""
        return {"answer": self.answer} if self.answer else {}

    def templates(self) -> dict[str, str]:
        """The value, if it is a text."""
        return {"value": self.value} if isinstance(self.value, str) else {}


def advance(step: Set, moment: Moment) -> Move:
    """Set it once, then go on."""
    if isinstance(moment.stimulus, EffectApplied):
        return Go(step.then, {"last_result": moment.stimulus.result})
    value: Value | Unfilled = step.value
    labels: Mapping[str, str] = {}
    if step.answer is not None:
        value = moment.state.variables.get(step.answer, Unfilled(f"answer.{step.answer}"))
        labels = moment.state.labels.get(f"answer.{step.answer}", {})
    elif isinstance(step.value, str):
        rendered = render_value(step.value, moment.state, moment.facts)
        if isinstance(rendered, Unfilled):
            return unfilled(rendered, step.missing)
        value, labels = rendered.text, rendered.labels
    if isinstance(value, Unfilled):
        return unfilled(value, step.missing)
    return Do(SetAttribute(moment.name, step.attribute, value, labels))


def check(step: Set) -> list[Trouble]:
    """Exactly one of `value` and `answer` says what to write."""
    if (step.value is None) == (step.answer is None):
        return [
            Trouble(
                ("value",),
                "no_value",
                "say what to write: either value, or answer with the name of a question",
            )
        ]
    return []


STEP = Step(
    name="set",
    title={"zh": "记录客户资料", "en": "Set an attribute"},
    schema=Set,
    advance=advance,
    check=check,
    form=(
        FormField("attribute", "text", {"zh": "资料名", "en": "Attribute"}, is_required=True),
        FormField("value", "template", {"zh": "内容", "en": "Value"}),
        FormField("answer", "text", {"zh": "取自回答", "en": "From the answer"}),
        FormField("then", "target", {"zh": "然后", "en": "Then"}, is_required=True),
        FormField("missing", "target", {"zh": "缺少资料时", "en": "If a value is missing"}),
    ),
)
