"""Waits for a while, or until a time of day."""

from datetime import datetime, timedelta
from typing import ClassVar, Literal

from pydantic import ConfigDict, Field

from app.domain.flows.durations import Clock, Duration
from app.domain.flows.effects import WaitUntil
from app.domain.flows.facts import zone_named
from app.domain.flows.state import Phase
from app.domain.flows.step import END, Do, FormField, Go, Moment, Move, Stay, Step, StepSchema, Trouble
from app.domain.flows.stimuli import EffectApplied, TimerFired


class Wait(StepSchema):
    """Waits `for` a duration (counted from the trigger, or from now), then until the customer's clock shows
    `until`.

    What follows must leave within `too_late` of that instant; a run woken later than that goes to `late`. Where the
    run began late, because its event was told late, it is late by as much after the wait.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)
    is_rest: ClassVar[bool] = True
    do: Literal["wait"]
    duration: Duration = Field(default=timedelta(0), alias="for")
    since: Literal["trigger", "now"] = "now"
    until: Clock | None = None
    too_late: Duration | None = None
    late: str = END
    then: str | None = None

    def targets(self) -> dict[str, str | None]:
        """Where the run can go; `late` counts only with a limit."""
        return {"then": self.then} | ({"late": self.late} if self.too_late else {})

    def pauses(self, field: str) -> timedelta:
        """A clock comes round once a day. What counts from the trigger is over when the run comes here again."""
        if self.since == "trigger":
            return timedelta(0)
        return self.duration if self.until is None else max(self.duration, timedelta(days=1))


def due_at(step: Wait, moment: Moment, now: datetime) -> datetime:
    """The instant to wake the run at, where the wait begins `now`."""
    start = moment.state.triggered_at if step.since == "trigger" else None
    at = (start or now) + step.duration
    if step.until is None:
        return at
    zone = zone_named(moment.facts.timezone)
    local = at.astimezone(zone)
    at_clock = local.replace(hour=step.until.hour, minute=step.until.minute, second=0, microsecond=0)
    if at_clock < local:
        at_clock = (local + timedelta(days=1)).replace(
            hour=step.until.hour, minute=step.until.minute, second=0, microsecond=0
        )
    return at_clock.astimezone(moment.now.tzinfo)


def advance(step: Wait, moment: Moment) -> Move:
    """Rest until due, then go on, or to `late` where the limit has passed."""
    match moment.stimulus:
        case None:
            at = due_at(step, moment, moment.now)
            meant_at = due_at(step, moment, min(moment.meant_at, moment.now))
            expires_at = meant_at + step.too_late if step.too_late else None
            changes = {"due_at": at, "meant_at": meant_at, "expires_at": expires_at}
            return Do(WaitUntil(moment.name, at), changes)
        case EffectApplied():
            return Stay({"phase": Phase.WAITING})
        case TimerFired():
            expires_at = moment.state.expires_at
            if expires_at is not None and moment.now > expires_at:
                return Go(step.late, {"due_at": None, "expires_at": None, "last_result": "too_late"})
            return Go(step.then, {"due_at": None})
    return Stay()


def check(step: Wait) -> list[Trouble]:
    """There must be something to wait for."""
    if step.duration == timedelta(0) and step.until is None:
        return [Trouble(("for",), "no_wait", "say how long to wait (for: 1d) or until when (until: '10:00')")]
    return []


STEP = Step(
    name="wait",
    title={"zh": "等待", "en": "Wait"},
    schema=Wait,
    advance=advance,
    check=check,
    form=(
        FormField("for", "duration", {"zh": "等待多久", "en": "For"}),
        FormField("since", "select", {"zh": "从何时算起", "en": "Since"}, options=("trigger", "now")),
        FormField("until", "clock", {"zh": "直到几点", "en": "Until"}),
        FormField("too_late", "duration", {"zh": "超过多久作废", "en": "Too late after"}),
        FormField("late", "target", {"zh": "作废后", "en": "If too late"}),
        FormField("then", "target", {"zh": "然后", "en": "Then"}, is_required=True),
    ),
)
