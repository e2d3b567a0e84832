"""Goes on in another flow."""

from typing import Literal

from pydantic import Field

from app.domain.flows.asking import unfilled
from app.domain.flows.effects import StartFlow, Value
from app.domain.flows.rendering import Unfilled, render_value
from app.domain.flows.step import PERSON, Do, FormField, Go, Moment, Move, Step, StepSchema
from app.domain.flows.stimuli import EffectApplied


class StartFlowStep(StepSchema):
    """The run goes on in `flow` and does not come back. `data` is handed to it beside what this one started
    with.
    """

    do: Literal["start_flow"]
    flow: str
    data: dict[str, str] = Field(default_factory=dict)
    failed: str = PERSON

    def targets(self) -> dict[str, str | None]:
        """Where to go if the other flow cannot be started."""
        return {"failed": self.failed}

    def templates(self) -> dict[str, str]:
        """What is handed on."""
        return {f"data.{name}": source for name, source in self.data.items()}


def advance(step: StartFlowStep, moment: Moment) -> Move:
    """The loop answers only if the other flow cannot be started."""
    if isinstance(moment.stimulus, EffectApplied):
        result = moment.stimulus.result
        return Go(step.failed, {"last_result": result}, reason=result, note=step.flow)
    data: dict[str, Value] = dict(moment.state.data)
    called = [(place.partition("."), labels) for place, labels in moment.state.labels.items()]
    labels = {name: texts for (root, _, name), texts in called if root == "event"}
    for name, source in step.data.items():
        rendered = render_value(source, moment.state, moment.facts)
        if isinstance(rendered, Unfilled):
            return unfilled(rendered, step.failed)
        data[name], labels[name] = rendered.text, rendered.labels
    return Do(StartFlow(moment.name, step.flow, data, labels))


STEP = Step(
    name="start_flow",
    title={"zh": "进入另一流程", "en": "Go on in another flow"},
    schema=StartFlowStep,
    advance=advance,
    form=(
        FormField("flow", "text", {"zh": "流程名", "en": "Flow"}, is_required=True),
        FormField("data", "words", {"zh": "带去的资料", "en": "Hand on"}),
        FormField("failed", "target", {"zh": "无法进入时", "en": "If it cannot start"}),
    ),
)
