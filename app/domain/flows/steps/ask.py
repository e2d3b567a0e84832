"""Asks the customer a question and waits for the answer."""

from datetime import timedelta
from functools import cached_property
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.domain.flows.answers import (
    Answer,
    AnswerKind,
    Choice,
    Question,
    exact_answer,
    free_answer,
    intent_answer,
)
from app.domain.flows.asking import DEFAULT_TIME_OUT, NONE, SETTLED, put_again, put_question, without_answer
from app.domain.flows.durations import Duration
from app.domain.flows.step import (
    END,
    PERSON,
    FormField,
    Go,
    Moment,
    Move,
    Step,
    StepSchema,
    Texts,
    Trouble,
)
from app.domain.flows.stimuli import Replied
from app.domain.flows.triggers import Words
from app.domain.text import bare


class OfferedChoice(BaseModel):
    """One choice: its label and further words in each language, the intents that mean it, where it leads."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    label: Texts
    words: dict[str, Words] = Field(default_factory=dict)
    intents: tuple[str, ...] = ()
    then: str | None = None


class Ask(StepSchema):
    """`text` is sent and the run waits. The answer is kept under the step's name, or `save_as`.

    A choice is answered by its key, label, words or its number in the list (1, 2, ...).
    """

    is_rest: ClassVar[bool] = True
    do: Literal["ask"]
    text: Texts
    answer: Literal["choice", "number", "code", "text"]
    choices: dict[str, OfferedChoice] = Field(default_factory=dict)
    minimum: float | None = None
    maximum: float | None = None
    max_length: Annotated[int, Field(ge=1, le=2000)] = 500
    save_as: str | None = None
    retry: Texts | None = None
    retries: Annotated[int, Field(ge=0, le=5)] | None = None
    time_out: Duration | None = None
    then: str | None = None
    timed_out: str = END
    not_understood: str = PERSON
    refused: str = END
    missing: str = PERSON

    def targets(self) -> dict[str, str | None]:
        """Where the run can go; `then` may be left out if every choice says where it leads."""
        own = {f"choices.{key}.then": choice.then for key, choice in self.choices.items() if choice.then}
        follows = (
            {}
            if self.choices and len(own) == len(self.choices) and self.then is None
            else {"then": self.then}
        )
        others = {name: getattr(self, name) for name in ("timed_out", "not_understood", "refused", "missing")}
        return {**follows, **own, **others}

    def pauses(self, field: str) -> timedelta | None:
        """Only who lets the time run out, or cannot be asked, says nothing."""
        silent = {"timed_out": self.time_out or DEFAULT_TIME_OUT, "refused": NONE, "missing": NONE}
        return silent.get(field)

    def texts(self) -> dict[str, Texts]:
        """What the customer is sent, and the labels they answer with."""
        labels = {f"choices.{key}.label": choice.label for key, choice in self.choices.items()}
        return {"text": self.text, **({"retry": self.retry} if self.retry else {}), **labels}

    def keeps(self, name: str) -> str:
        """The name under which the answer is kept."""
        return self.save_as or name

    @cached_property
    def offered(self) -> tuple[Choice, ...]:
        """The choices with their words folded, built once."""
        return tuple(
            Choice(key, _words_of(key, number, choice), choice.intents)
            for number, (key, choice) in enumerate(self.choices.items(), start=1)
        )

    def question(self, name: str) -> Question:
        """The question as the world remembers it."""
        return Question(
            step=name,
            kind=AnswerKind(self.answer),
            choices=self.offered,
            minimum=self.minimum,
            maximum=self.maximum,
            max_length=self.max_length,
        )


def _words_of(key: str, number: int, choice: OfferedChoice) -> tuple[str, ...]:
    written = [
        key,
        str(number),
        *choice.label.values(),
        *(w for words in choice.words.values() for w in words),
    ]
    return tuple(dict.fromkeys(folded for folded in map(bare, written) if folded))


def advance(step: Ask, moment: Moment) -> Move:
    """Ask, then follow the answer, the time-out or the refusal."""
    match moment.stimulus:
        case None:
            return put_question(moment, step.text, step.question(moment.name), step.missing)
        case Replied() as reply:
            return _hear(step, moment, reply)
    return without_answer(
        moment,
        step.time_out,
        timed_out=step.timed_out,
        refused=step.refused,
        refused_again=step.not_understood,
    )


def _hear(step: Ask, moment: Moment, reply: Replied) -> Move:
    question = step.question(moment.name)
    answer = (
        exact_answer(question, reply.text)
        or intent_answer(question, reply.intent)
        or free_answer(question, reply.text)
    )
    if answer is not None:
        return _follow(step, moment, answer)
    retries = step.retries if step.retries is not None else int(step.retry is not None)
    if moment.state.attempts < retries:
        return put_again(moment, step.retry or step.text, question, step.missing)
    return Go(step.not_understood, SETTLED, reason="not_understood", note=reply.text)


def _follow(step: Ask, moment: Moment, answer: Answer) -> Go:
    variables = {**moment.state.variables, step.keeps(moment.name): answer.value}
    place = f"answer.{step.keeps(moment.name)}"
    labels = {one: text for one, text in moment.state.labels.items() if one != place}
    choice = step.choices.get(str(answer.value)) if step.answer == "choice" else None
    if choice is not None:
        labels[place] = choice.label
    target = choice.then if choice and choice.then else step.then
    return Go(target, {**SETTLED, "variables": variables, "labels": labels})


def check(step: Ask) -> list[Trouble]:
    """A question needs a time-out; choices need two or more, with words of their own; a range needs sense."""
    found: list[Trouble] = []
    if step.time_out is None:
        message = "the question never ends: add time_out, for example 24h, and where it leads (timed_out)"
        found.append(Trouble(("time_out",), "no_time_out", message))
    if step.answer == "choice" and len(step.choices) < 2:
        found.append(Trouble(("choices",), "few_choices", "a choice needs at least two choices: add them"))
    if step.answer != "choice" and step.choices:
        message = f"an answer of kind {step.answer} has no choices: remove them, or write answer: choice"
        found.append(Trouble(("choices",), "needless_choices", message))
    if step.minimum is not None and step.maximum is not None and step.minimum > step.maximum:
        found.append(Trouble(("minimum",), "empty_range", "minimum is above maximum: swap them"))
    found += [
        Trouble(
            ("choices", key, "label"),
            "label_placeholder",
            "a label is sent and answered as it stands: fill in no placeholder",
        )
        for key, offered in step.choices.items()
        if any("{{" in text for text in offered.label.values())
    ]
    owners: dict[str, str] = {}
    for choice in step.offered:
        for word in choice.words:
            if owners.setdefault(word, choice.key) != choice.key:
                message = (
                    f"{word!r} would mean both {owners[word]!r} and {choice.key!r}: keep it for one of them"
                )
                found.append(Trouble(("choices", choice.key), "ambiguous_choice", message))
    return found


STEP = Step(
    name="ask",
    title={"zh": "提问并等待回复", "en": "Ask and wait"},
    schema=Ask,
    advance=advance,
    check=check,
    form=(
        FormField("text", "texts", {"zh": "问题", "en": "Question"}, is_required=True),
        FormField(
            "answer",
            "select",
            {"zh": "回答方式", "en": "Kind of answer"},
            is_required=True,
            options=("choice", "number", "code", "text"),
        ),
        FormField("choices", "choices", {"zh": "选项", "en": "Choices"}),
        FormField("minimum", "number", {"zh": "最小值", "en": "Minimum"}),
        FormField("maximum", "number", {"zh": "最大值", "en": "Maximum"}),
        FormField("max_length", "number", {"zh": "最多字数", "en": "Longest text kept"}),
        FormField("save_as", "text", {"zh": "保存为", "en": "Save as"}),
        FormField("retry", "texts", {"zh": "没听懂时再问", "en": "If not understood, ask"}),
        FormField("retries", "number", {"zh": "再问几次", "en": "How many times"}),
        FormField("time_out", "duration", {"zh": "最长等待", "en": "Wait at most"}, is_required=True),
        FormField("then", "target", {"zh": "然后", "en": "Then"}),
        FormField("timed_out", "target", {"zh": "超时后", "en": "After the time-out"}),
        FormField("not_understood", "target", {"zh": "仍没听懂", "en": "Still not understood"}),
        FormField("refused", "target", {"zh": "未能发出", "en": "If it cannot be sent"}),
        FormField("missing", "target", {"zh": "缺少资料时", "en": "If a value is missing"}),
    ),
)
