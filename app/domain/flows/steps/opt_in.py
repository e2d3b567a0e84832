"""Asks for consent and records it: only an explicit yes to the question counts."""

from datetime import timedelta
from typing import ClassVar, Literal

from pydantic import Field

from app.domain.flows.answers import AGREES, DECLINES, AnswerKind, Choice, Question, exact_answer
from app.domain.flows.asking import DEFAULT_TIME_OUT, NONE, SETTLED, put_question, without_answer
from app.domain.flows.durations import Duration
from app.domain.flows.effects import MARKETING, OptIn
from app.domain.flows.step import (
    END,
    PERSON,
    Do,
    FormField,
    Go,
    Moment,
    Move,
    Step,
    StepSchema,
    Texts,
    Trouble,
)
from app.domain.flows.stimuli import EffectApplied, Replied
from app.domain.flows.triggers import Words
from app.domain.sensitive import SensitiveClass
from app.domain.text import bare

YES = ("1", "是", "是的", "好", "好的", "同意", "确认", "y", "yes")
NO = ("2", "否", "不", "no")
BY_MEANING = ("deny",)
"""Intents that decline. None agrees: only an explicit yes does."""


class OptInStep(StepSchema):
    """`text` is the confirmation question (a double opt-in). Yes leads to `then`, everything else to `declined`.

    `decline` has the words, in each language, that say no beside 2, 否, 不 and NO; a no by meaning counts as well.
    A `scope` other than marketing is the separate consent to a class of sensitive data, and is always asked for.
    With `double: false` nothing is asked: the text that started the flow is the wording of the consent.
    """

    is_rest: ClassVar[bool] = True
    do: Literal["opt_in"]
    scope: Literal["marketing", "health", "children", "location", "finance"] = "marketing"
    double: bool = True
    text: Texts | None = None
    time_out: Duration | None = None
    then: str | None = None
    decline: dict[str, Words] = Field(default_factory=dict)
    declined: str = END
    timed_out: str = END
    refused: str = END
    missing: str = PERSON

    def targets(self) -> dict[str, str | None]:
        """Where the run can go."""
        if not self.double:
            return {"then": self.then}
        others = {name: getattr(self, name) for name in ("declined", "timed_out", "refused", "missing")}
        return {"then": self.then, **others}

    def pauses(self, field: str) -> timedelta | None:
        """Only who lets the time run out, or cannot be asked, says nothing."""
        silent = {"timed_out": self.time_out or DEFAULT_TIME_OUT, "refused": NONE, "missing": NONE}
        return silent.get(field) if self.double else NONE

    def texts(self) -> dict[str, Texts]:
        """What the customer is sent."""
        return {"text": self.text} if self.text else {}

    def question(self, name: str) -> Question:
        """The confirmation question; it is never read freely."""
        told = (bare(word) for words in self.decline.values() for word in words)
        no = tuple(dict.fromkeys((*NO, *told)))
        return Question(name, AnswerKind.CONFIRM, (Choice(AGREES, YES), Choice(DECLINES, no, BY_MEANING)))


def advance(step: OptInStep, moment: Moment) -> Move:
    """Ask, and record the consent only after a yes."""
    match moment.stimulus:
        case None if step.double and step.text:
            return put_question(moment, step.text, step.question(moment.name), step.missing)
        case None:
            return Do(OptIn(moment.name, step.scope, moment.state.text, is_double=False))
        case EffectApplied(effect=OptIn(), result=result):
            return Go(step.then, {"last_result": result, **SETTLED})
        case Replied(text=text):
            answer = exact_answer(step.question(moment.name), text)
            if answer is None or answer.value != AGREES:
                return Go(step.declined, SETTLED)
            return Do(OptIn(moment.name, step.scope, moment.state.asked_text, is_double=True))
    return without_answer(moment, step.time_out, timed_out=step.timed_out, refused=step.refused)


def check(step: OptInStep) -> list[Trouble]:
    """A double opt-in needs its question and a time-out."""
    found: list[Trouble] = []
    if step.double and not step.text:
        found.append(
            Trouble(("text",), "no_question", "add the text that asks for the yes, or write double: false")
        )
    if not step.double and step.scope != MARKETING:
        found.append(
            Trouble(("double",), "not_asked", f"ask for consent to {step.scope} data: leave double out")
        )
    if step.double and step.time_out is None:
        found.append(
            Trouble(("time_out",), "no_time_out", "the question never ends: add time_out, for example 24h")
        )
    if step.double:
        words = {bare(word) for told in step.decline.values() for word in told}
        found += [
            Trouble(("decline",), "ambiguous_choice", f"{word!r} says yes: it cannot decline")
            for word in sorted(words & set(YES))
        ]
    return found


STEP = Step(
    name="opt_in",
    title={"zh": "订阅确认", "en": "Opt in"},
    schema=OptInStep,
    advance=advance,
    check=check,
    form=(
        FormField(
            "scope", "select", {"zh": "范围", "en": "Scope"}, options=(MARKETING, *map(str, SensitiveClass))
        ),
        FormField("double", "select", {"zh": "二次确认", "en": "Ask for a yes"}, options=("true", "false")),
        FormField("text", "texts", {"zh": "确认问题", "en": "Confirmation question"}, is_required=True),
        FormField("time_out", "duration", {"zh": "最长等待", "en": "Wait at most"}, is_required=True),
        FormField("then", "target", {"zh": "同意后", "en": "After a yes"}, is_required=True),
        FormField("decline", "words", {"zh": "表示拒绝的词", "en": "Words that decline"}),
        FormField("declined", "target", {"zh": "未同意", "en": "Otherwise"}),
        FormField("timed_out", "target", {"zh": "超时后", "en": "After the time-out"}),
        FormField("refused", "target", {"zh": "未能发出", "en": "If it cannot be sent"}),
        FormField("missing", "target", {"zh": "缺少资料时", "en": "If a value is missing"}),
    ),
)
