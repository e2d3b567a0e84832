"""Ends the flow with an outcome."""

from typing import Literal

from app.domain.flows.step import End, FormField, Moment, Move, Step, StepSchema


class FinishStep(StepSchema):
    """`outcome` is what reports count."""

    do: Literal["finish"]
    outcome: str

    def targets(self) -> dict[str, str | None]:
        """None: the flow is over."""
        return {}


def advance(step: FinishStep, moment: Moment) -> Move:
    """End."""
    return End(step.outcome)


STEP = Step(
    name="finish",
    title={"zh": "结束", "en": "Finish"},
    schema=FinishStep,
    advance=advance,
    form=(FormField("outcome", "text", {"zh": "结果", "en": "Outcome"}, is_required=True),),
)
