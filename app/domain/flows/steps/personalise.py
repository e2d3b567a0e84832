"""Switches personalisation on or off for the customer."""

from typing import Literal

from app.domain.flows.effects import Personalise
from app.domain.flows.step import Do, FormField, Go, Moment, Move, Step, StepSchema
from app.domain.flows.stimuli import EffectApplied


class PersonaliseStep(StepSchema):
    """With `is_on: false` no text uses any more what is known of the customer, unless they have asked by a text."""

    do: Literal["personalise"]
    is_on: bool
    then: str | None = None


def advance(step: PersonaliseStep, moment: Moment) -> Move:
    """Switch it once, then go on."""
    if isinstance(moment.stimulus, EffectApplied):
        return Go(step.then, {"last_result": moment.stimulus.result})
    return Do(Personalise(moment.name, step.is_on))


STEP = Step(
    name="personalise",
    title={"zh": "个性化开关", "en": "Personalise"},
    schema=PersonaliseStep,
    advance=advance,
    form=(
        FormField("is_on", "select", {"zh": "开启", "en": "On"}, is_required=True, options=("true", "false")),
        FormField("then", "target", {"zh": "然后", "en": "Then"}, is_required=True),
    ),
)
