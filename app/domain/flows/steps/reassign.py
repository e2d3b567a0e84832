"""Notes that the number is somebody else's now: what was known of its earlier owner ends with it."""

from typing import Literal

from app.domain.flows.effects import Reassign
from app.domain.flows.step import Do, FormField, Go, Moment, Move, Step, StepSchema
from app.domain.flows.stimuli import EffectApplied


class ReassignStep(StepSchema):
    """Consent, name, attributes and tags end, and so does everything that waits to be sent. Texts after it are not
    sent any more; those before it are.
    """

    do: Literal["reassign"]
    then: str | None = None


def advance(step: ReassignStep, moment: Moment) -> Move:
    """End it once, then go on."""
    if isinstance(moment.stimulus, EffectApplied):
        return Go(step.then, {"last_result": moment.stimulus.result})
    return Do(Reassign(moment.name))


STEP = Step(
    name="reassign",
    title={"zh": "号码已换机主", "en": "The number has a new owner"},
    schema=ReassignStep,
    advance=advance,
    form=(FormField("then", "target", {"zh": "然后", "en": "Then"}, is_required=True),),
)
