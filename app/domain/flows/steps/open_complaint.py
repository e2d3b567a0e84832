"""Opens a complaint in the customer's own words."""

from typing import Literal

from app.domain.flows.effects import OpenComplaint
from app.domain.flows.step import Do, FormField, Go, Moment, Move, Step, StepSchema
from app.domain.flows.stimuli import EffectApplied


class OpenComplaintStep(StepSchema):
    """The summary is the text that started the flow, or the answer that `answer` names."""

    do: Literal["open_complaint"]
    kind: Literal["service_complaint", "message_complaint"] = "service_complaint"
    category: str = "other"
    answer: str | None = None
    then: str | None = None

    def answers(self) -> dict[str, str]:
        """The answer it takes."""
        return {"answer": self.answer} if self.answer else {}


def advance(step: OpenComplaintStep, moment: Moment) -> Move:
    """Open it once (an open one is joined: result `joined`), then go on."""
    if isinstance(moment.stimulus, EffectApplied):
        return Go(step.then, {"last_result": moment.stimulus.result})
    said = moment.state.variables.get(step.answer) if step.answer else None
    summary = str(said) if said not in (None, "") else moment.state.text
    return Do(OpenComplaint(moment.name, step.kind, step.category, summary))


STEP = Step(
    name="open_complaint",
    title={"zh": "建立投诉", "en": "Open a complaint"},
    schema=OpenComplaintStep,
    advance=advance,
    form=(
        FormField(
            "kind",
            "select",
            {"zh": "类别", "en": "Kind"},
            options=("service_complaint", "message_complaint"),
        ),
        FormField("category", "text", {"zh": "问题分类", "en": "Category"}),
        FormField("answer", "text", {"zh": "取自回答", "en": "From the answer"}),
        FormField("then", "target", {"zh": "然后", "en": "Then"}, is_required=True),
    ),
)
