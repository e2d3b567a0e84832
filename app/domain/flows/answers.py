"""Reads a customer's text as the answer to a question: exactly, or freely where the rules allow it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.domain.text import bare, clean, fold


class AnswerKind(StrEnum):
    """What a question can be answered with."""

    CHOICE = "choice"
    NUMBER = "number"
    CODE = "code"
    TEXT = "text"
    CONFIRM = "confirm"


AGREES, DECLINES = "yes", "no"
"""The keys of the two answers to a confirmation."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer that a question offers: its key, the folded words that mean it, the intents that mean it."""

    key: str
    words: tuple[str, ...]
    intents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """What one step of a run wants to know. Words of choices are folded already."""

    step: str
    kind: AnswerKind
    choices: tuple[Choice, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    max_length: int = 500

    def to_dict(self) -> dict[str, Any]:
        """The question as plain JSON values."""
        plain: dict[str, Any] = {"step": self.step, "kind": self.kind.value, "max_length": self.max_length}
        if self.choices:
            plain["choices"] = [[c.key, list(c.words), list(c.intents)] for c in self.choices]
        if self.minimum is not None:
            plain["minimum"] = self.minimum
        if self.maximum is not None:
            plain["maximum"] = self.maximum
        return plain

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Question":
        """The reverse of `to_dict`."""
        return cls(
            step=plain["step"],
            kind=AnswerKind(plain["kind"]),
            choices=tuple(Choice(k, tuple(w), tuple(i)) for k, w, i in plain.get("choices", ())),
            minimum=plain.get("minimum"),
            maximum=plain.get("maximum"),
            max_length=plain.get("max_length", 500),
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """An understood answer: a choice's key, a number, a code or the customer's own words."""

    value: str | int | float


_NUMBER = re.compile(r"-?\d{1,12}(?:\.\d{1,6})?")
_NUMBER_IN_TEXT = re.compile(r"(?<![a-z0-9.])-?\d{1,12}(?:\.\d{1,6})?(?![a-z]*\d|\.\d)")
_CODE = re.compile(r"(?=[a-z-]*\d)[a-z0-9][a-z0-9-]{2,30}[a-z0-9]")
_CODE_IN_TEXT = re.compile(r"(?<![a-z0-9-])(?=[a-z-]*\d)[a-z0-9][a-z0-9-]{2,30}[a-z0-9](?![a-z0-9-])")
_POSITION = re.compile(
    r"(?:我?[选選]|choose |option |no\.? ?)?第?([1-9])(?:号|项|个|吧|呢|啊|, ?(?:please|thanks)| please)?"
)
_NEGATIONS = (
    "不",
    "不是",
    "没",
    "没有",
    "未",
    "别",
    "无",
    "非",
    "not ",
    "no ",
    "n't ",
    "never ",
    "isn't ",
    "hasn't ",
)
_CHINESE_NUMERALS = {word: number for number, word in enumerate("零一二三四五六七八九十")}
_ENGLISH_NUMERALS = {
    word: number
    for number, word in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    )
}
_NUMERALS = {**_CHINESE_NUMERALS, **_ENGLISH_NUMERALS, "两": 2}
_UNIT = re.compile(r"\s*(?:分|星|颗星|个|位|人|岁|points?|stars?|out of \d+|/\d+)$")
_FREE_NUMBER_LENGTH = 20


def exact_answer(question: Question, text: str) -> Answer | None:
    """The answer, if the whole text is one: a choice's key, label, word or position, a bare number, a bare
    code.

    Needs no understanding of language, so it is decided without the NLU. A free-text question has no exact
    answer.
    """
    plain = bare(text)
    if question.kind in (AnswerKind.CHOICE, AnswerKind.CONFIRM):
        return next((Answer(c.key) for c in question.choices if plain in c.words), None)
    if question.kind is AnswerKind.NUMBER:
        return _number(question, f"-{plain}" if f"-{plain}" in fold(text) else plain)
    if question.kind is AnswerKind.CODE and _CODE.fullmatch(plain):
        return Answer(plain.upper())
    return None


def free_answer(question: Question, text: str) -> Answer | None:
    """The answer, if the text holds exactly one: `我选2`, `已经解决了`, `给5分吧`, an order number in a
    sentence.

    A word with a negation before it does not count, nor do two different choices in one text. A confirmation
    (double opt-in) is never read freely: only an explicit yes counts.
    """
    exact = exact_answer(question, text)
    if exact is not None or question.kind is AnswerKind.CONFIRM:
        return exact
    plain = fold(text)
    if question.kind is AnswerKind.CHOICE:
        return _choice_within(question, plain)
    if question.kind is AnswerKind.NUMBER:
        return _number_within(question, plain)
    if question.kind is AnswerKind.CODE:
        codes = set(_CODE_IN_TEXT.findall(plain))
        return Answer(codes.pop().upper()) if len(codes) == 1 else None
    words = clean(text).strip()
    return Answer(words[: question.max_length]) if words else None


def intent_answer(question: Question, intent: str | None) -> Answer | None:
    """The answer that the NLU's guess stands for, where exactly one choice lists that intent. A confirmation can
    be declined so, and never given.
    """
    if intent is None or question.kind not in (AnswerKind.CHOICE, AnswerKind.CONFIRM):
        return None
    agrees = AGREES if question.kind is AnswerKind.CONFIRM else None
    keys = [choice.key for choice in question.choices if intent in choice.intents and choice.key != agrees]
    return Answer(keys[0]) if len(keys) == 1 else None


def _in_range(question: Question, number: float) -> Answer | None:
    if question.minimum is not None and number < question.minimum:
        return None
    if question.maximum is not None and number > question.maximum:
        return None
    return Answer(int(number) if number == int(number) else number)


def _number(question: Question, plain: str) -> Answer | None:
    plain = _UNIT.sub("", plain)
    if plain in _NUMERALS:
        return _in_range(question, _NUMERALS[plain])
    return _in_range(question, float(plain)) if _NUMBER.fullmatch(plain) else None


def _number_within(question: Question, plain: str) -> Answer | None:
    if len(plain) > _FREE_NUMBER_LENGTH:
        return None
    numbers = _NUMBER_IN_TEXT.findall(plain)
    return _in_range(question, float(numbers[0])) if len(numbers) == 1 else None


def _choice_within(question: Question, plain: str) -> Answer | None:
    position = _POSITION.fullmatch(bare(plain))
    if position:
        return next((Answer(c.key) for c in question.choices if position[1] in c.words), None)
    words = {w: c.key for c in question.choices for w in c.words if len(w) > 1}
    keys: set[str] = set()
    at = 0
    while at < len(plain):
        word = max((w for w in words if _stands_at(plain, w, at)), key=len, default=None)
        if word is None:
            at += 1
            continue
        if plain[:at].endswith(_NEGATIONS):
            return None
        keys.add(words[word])
        at += len(word)
    return Answer(keys.pop()) if len(keys) == 1 else None


def _stands_at(plain: str, word: str, at: int) -> bool:
    return plain.startswith(word, at) and stands_alone(plain, at, at + len(word))


def stands_alone(plain: str, start: int, end: int) -> bool:
    """Whether a word in Latin letters or digits has its bounds there; Chinese has none to look for."""
    return not (_joins(plain, start - 1, start) or _joins(plain, end - 1, end))


def _joins(plain: str, left: int, right: int) -> bool:
    if left < 0 or right >= len(plain):
        return False
    pair = plain[left] + plain[right]
    return pair.isascii() and pair.isalnum()
