"""The life of a question inside a run: asked, handed over, answered, timed out, or never sent."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from app.domain.flows.answers import Question
from app.domain.flows.effects import HANDED_OVER, OK, UNFILLED, Ask
from app.domain.flows.rendering import Unfilled
from app.domain.flows.state import Phase, RunState
from app.domain.flows.step import PERSON, Do, Go, Moment, Move, Stay, Texts
from app.domain.flows.stimuli import EffectApplied, HandedOver, NotSent, TimerFired

DEFAULT_TIME_OUT = timedelta(days=3)
NONE = timedelta(0)
SETTLED: Mapping[str, Any] = {
    "question": None,
    "asked_text": "",
    "opened_at": None,
    "due_at": None,
    "attempts": 0,
    "expires_at": None,
}
"""What a run forgets once its question is settled, one way or another."""


def put_question(moment: Moment, texts: Texts, question: Question, missing: str | None) -> Do | Go:
    """Ask for the first time; a text that cannot be filled goes to `missing`."""
    rendered = moment.render(texts)
    if isinstance(rendered, Unfilled):
        return unfilled(rendered, missing)
    effect = Ask(moment.name, rendered.text, question, moment.state.expires_at, offers=rendered.offers)
    return Do(effect, {"question": question, "asked_text": rendered.text, "opened_at": None, "attempts": 0})


def put_again(moment: Moment, texts: Texts, question: Question, missing: str | None) -> Do | Go:
    """Ask once more after an answer that was not understood. The question stays open meanwhile."""
    rendered = moment.render(texts)
    if isinstance(rendered, Unfilled):
        return unfilled(rendered, missing)
    effect = Ask(moment.name, rendered.text, question, is_retry=True, offers=rendered.offers)
    return Do(effect, {"attempts": moment.state.attempts + 1})


def unfilled(rendered: Unfilled, missing: str | None) -> Go:
    """Leave a step whose text lacks a value: to the step's `missing` target, or to a person."""
    note = rendered.placeholder
    return Go(missing or PERSON, {"last_result": UNFILLED, **SETTLED}, reason=UNFILLED, note=note)


def without_answer(
    moment: Moment,
    time_out: timedelta | None,
    *,
    timed_out: str,
    refused: str,
    refused_again: str | None = None,
) -> Move:
    """What becomes of a question before or without an answer: it leaves, cannot leave, or runs out of time.

    `refused_again` is where to go if it was asked once already; without it, `refused` as well.
    """
    match moment.stimulus:
        case EffectApplied() as applied:
            target = refused_again if moment.state.attempts and refused_again else refused
            return _after_asking(moment, applied, time_out, target)
        case HandedOver() as handed_over:
            return _after_hand_over(moment.state, handed_over, time_out)
        case NotSent(reason=reason):
            return Go(refused, {**SETTLED, "last_result": reason})
        case TimerFired():
            return Go(timed_out, SETTLED, reason="timed_out")
    return Stay()


def _after_asking(
    moment: Moment, applied: EffectApplied, time_out: timedelta | None, refused: str | None
) -> Stay | Go:
    """Rest until the answer, or leave by `refused` where the question cannot be sent."""
    if applied.result not in (OK, HANDED_OVER):
        return Go(refused, SETTLED)
    is_open = applied.result == HANDED_OVER or moment.state.opened_at is not None
    return Stay(
        {
            "phase": Phase.ASKING,
            "opened_at": (moment.state.opened_at or moment.now) if is_open else None,
            "due_at": moment.now + (time_out or DEFAULT_TIME_OUT),
            "last_result": applied.result,
        }
    )


def _after_hand_over(state: RunState, stimulus: HandedOver, time_out: timedelta | None) -> Stay:
    """The question is open from now on, and its time-out counts from now."""
    opened_at = state.opened_at or stimulus.at
    return Stay({"opened_at": opened_at, "due_at": stimulus.at + (time_out or DEFAULT_TIME_OUT)})
