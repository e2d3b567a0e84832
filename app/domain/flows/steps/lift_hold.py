"""Lifts the hold on marketing that a doubtful text brought: the customer has said that they want the messages."""

from typing import Literal

from app.domain.flows.effects import LiftHold
from app.domain.flows.step import Do, FormField, Go, Moment, Move, Step, StepSchema
from app.domain.flows.stimuli import EffectApplied


class LiftHoldStep(StepSchema):
    """Consent becomes what it was before the hold; who has opted out meanwhile stays opted out."""

    do: Literal["lift_hold"]
    then: str | None = None


def advance(step: LiftHoldStep, moment: Moment) -> Move:
    """Lift it once, then go on."""
    if isinstance(moment.stimulus, EffectApplied):
        return Go(step.then, {"last_result": moment.stimulus.result})
    return Do(LiftHold(moment.name))


STEP = Step(
    name="lift_hold",
    title={"zh": "恢复营销短信", "en": "Lift the hold"},
    schema=LiftHoldStep,
    advance=advance,
    form=(FormField("then", "target", {"zh": "然后", "en": "Then"}, is_required=True),),
)
