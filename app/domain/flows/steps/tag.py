"""Gives the customer a tag, or takes one away."""

from typing import Literal

from app.domain.flows.effects import AddTag, RemoveTag
from app.domain.flows.step import Do, FormField, Go, Moment, Move, Step, StepSchema, Trouble
from app.domain.flows.stimuli import EffectApplied


class Tag(StepSchema):
    """`add` or `remove` names the tag."""

    do: Literal["tag"]
    add: str | None = None
    remove: str | None = None
    then: str | None = None


def advance(step: Tag, moment: Moment) -> Move:
    """Change the tag once, then go on."""
    if isinstance(moment.stimulus, EffectApplied):
        return Go(step.then, {"last_result": moment.stimulus.result})
    if step.add is not None:
        return Do(AddTag(moment.name, step.add))
    if step.remove is not None:
        return Do(RemoveTag(moment.name, step.remove))
    return Go(step.then)


def check(step: Tag) -> list[Trouble]:
    """Exactly one of `add` and `remove`."""
    if (step.add is None) == (step.remove is None):
        return [
            Trouble(("add",), "no_tag", "name one tag, with either add or remove; use two steps for both")
        ]
    return []


STEP = Step(
    name="tag",
    title={"zh": "打标签", "en": "Tag"},
    schema=Tag,
    advance=advance,
    check=check,
    form=(
        FormField("add", "text", {"zh": "加标签", "en": "Add"}),
        FormField("remove", "text", {"zh": "去标签", "en": "Remove"}),
        FormField("then", "target", {"zh": "然后", "en": "Then"}, is_required=True),
    ),
)
