"""Records that the customer wants no more messages."""

from typing import Literal

from app.domain.flows.effects import OptOut
from app.domain.flows.step import Do, FormField, Go, Moment, Move, Step, StepSchema
from app.domain.flows.stimuli import EffectApplied


class OptOutStep(StepSchema):
    """`scope` says which messages: `marketing` or `all`."""

    do: Literal["opt_out"]
    scope: Literal["marketing", "all"] = "marketing"
    then: str | None = None


def advance(step: OptOutStep, moment: Moment) -> Move:
    """Record it once, then go on."""
    if isinstance(moment.stimulus, EffectApplied):
        return Go(step.then, {"last_result": moment.stimulus.result})
    return Do(OptOut(moment.name, step.scope))


STEP = Step(
    name="opt_out",
    title={"zh": "退订", "en": "Opt out"},
    schema=OptOutStep,
    advance=advance,
    form=(
        FormField("scope", "select", {"zh": "范围", "en": "Scope"}, options=("marketing", "all")),
        FormField("then", "target", {"zh": "然后", "en": "Then"}, is_required=True),
    ),
)
