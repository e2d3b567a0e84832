"""Chooses the next step by conditions."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.domain.flows.conditions import Condition, answers_in
from app.domain.flows.step import FormField, Go, Moment, Move, Step, StepSchema


class Case(BaseModel):
    """Where to go when the condition holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    when: Condition
    then: str


class Branch(StepSchema):
    """The first case whose condition holds decides; with none, `else`."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)
    do: Literal["branch"]
    cases: Annotated[tuple[Case, ...], Field(min_length=1)]
    otherwise: str | None = Field(default=None, alias="else")

    def targets(self) -> dict[str, str | None]:
        """Where the run can go."""
        return {**{f"cases.{i}.then": case.then for i, case in enumerate(self.cases)}, "else": self.otherwise}

    def answers(self) -> dict[str, str]:
        """The answers it compares."""
        return {
            f"cases.{i}.when": name for i, case in enumerate(self.cases) for name in answers_in(case.when)
        }


def advance(step: Branch, moment: Moment) -> Move:
    """Judge the conditions in order."""
    for case in step.cases:
        if case.when.holds(moment.state, moment.facts, moment.now):
            return Go(case.then)
    return Go(step.otherwise)


STEP = Step(
    name="branch",
    title={"zh": "条件分支", "en": "Branch"},
    schema=Branch,
    advance=advance,
    form=(
        FormField("cases", "cases", {"zh": "条件", "en": "Cases"}, is_required=True),
        FormField("else", "target", {"zh": "否则", "en": "Else"}, is_required=True),
    ),
)
