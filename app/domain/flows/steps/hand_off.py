"""Hands the conversation to a person."""

from typing import Literal

from app.domain.flows.effects import HandOff, SendText
from app.domain.flows.rendering import Rendered, render
from app.domain.flows.step import Do, End, FormField, Moment, Move, Step, StepSchema, Texts
from app.domain.flows.stimuli import EffectApplied


class HandOffStep(StepSchema):
    """`reason` is a code for the staff's list, `note` what they should know, `text` what the customer is
    told first.
    """

    do: Literal["hand_off"]
    reason: str
    note: str = ""
    text: Texts | None = None

    def targets(self) -> dict[str, str | None]:
        """None: the flow is over for the bot."""
        return {}

    def texts(self) -> dict[str, Texts]:
        """What the customer is sent."""
        return {"text": self.text} if self.text else {}

    def templates(self) -> dict[str, str]:
        """The note for staff."""
        return {"note": self.note} if self.note else {}


def advance(step: HandOffStep, moment: Moment) -> Move:
    """Tell the customer where there is something to tell, then hand off, whatever became of the text."""
    if step.text is not None and not isinstance(moment.stimulus, EffectApplied):
        told = moment.render(step.text)
        if isinstance(told, Rendered):
            return Do(SendText(moment.name, told.text, offers=told.offers))
    note = render(step.note, moment.state, moment.facts)
    return End(
        "handed_off", HandOff(moment.name, step.reason, note.text if isinstance(note, Rendered) else "")
    )


STEP = Step(
    name="hand_off",
    title={"zh": "转人工", "en": "Hand to a person"},
    schema=HandOffStep,
    advance=advance,
    form=(
        FormField("reason", "text", {"zh": "原因", "en": "Reason"}, is_required=True),
        FormField("note", "template", {"zh": "给客服的说明", "en": "Note for staff"}),
        FormField("text", "texts", {"zh": "告知客户", "en": "What the customer is told"}),
    ),
)
