"""Sends the customer a text."""

from typing import Literal

from app.domain.flows.asking import unfilled
from app.domain.flows.durations import Duration
from app.domain.flows.effects import SendText
from app.domain.flows.rendering import Unfilled
from app.domain.flows.step import Do, FormField, Go, Moment, Move, Step, StepSchema, Texts
from app.domain.flows.stimuli import EffectApplied


class Send(StepSchema):
    """`text` goes to the customer; `missing` is where to go if a placeholder has no value (default: a
    person).

    Past `too_late` the text must not leave any more, however long it had to queue. It counts from when the run was
    to be here: from the event's own moment, not from when we were told of it.
    """

    do: Literal["send"]
    text: Texts
    then: str | None = None
    missing: str | None = None
    too_late: Duration | None = None

    def targets(self) -> dict[str, str | None]:
        """Where the run can go."""
        return {"then": self.then} | ({"missing": self.missing} if self.missing else {})

    def texts(self) -> dict[str, Texts]:
        """What the customer is sent."""
        return {"text": self.text}


def advance(step: Send, moment: Moment) -> Move:
    """Send once, then go on whatever became of it; a branch can look at the result."""
    if isinstance(moment.stimulus, EffectApplied):
        return Go(step.then, {"last_result": moment.stimulus.result})
    rendered = moment.render(step.text)
    if isinstance(rendered, Unfilled):
        return unfilled(rendered, step.missing)
    limits = [moment.state.expires_at, moment.meant_at + step.too_late if step.too_late else None]
    last = min((at for at in limits if at), default=None)
    return Do(SendText(moment.name, rendered.text, last, rendered.offers))


STEP = Step(
    name="send",
    title={"zh": "发送短信", "en": "Send a text"},
    schema=Send,
    advance=advance,
    form=(
        FormField("text", "texts", {"zh": "内容", "en": "Text"}, is_required=True),
        FormField("then", "target", {"zh": "然后", "en": "Then"}, is_required=True),
        FormField("missing", "target", {"zh": "缺少资料时", "en": "If a value is missing"}),
        FormField("too_late", "duration", {"zh": "超过多久不再发送", "en": "Too late after"}),
    ),
)
