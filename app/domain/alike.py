"""Finds which earlier complaint is most like a new one, by the words and pairs of signs that they share."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from uuid import UUID

from app.domain.text import fold

LEAST = 0.2
"""Less in common is nothing in common."""
_EMPTY = re.compile("我要投诉|我要|投诉|[的了是我你您们他她它不很也都就在有吗呢啊吧请到还]")
_EMPTY_WORDS = frozenset(
    {"complaint", "complain", "the", "and", "you", "your", "was", "has", "not", "for", "this"}
)
"""Customers say so whatever it is about."""
_HAN = re.compile("[\u3400-\u9fff]+")
_WORD = re.compile(r"[a-z]{3,}")


@dataclass(frozen=True, slots=True)
class Case:
    """A complaint that was settled: what the customer wrote, what it was about, what staff answered, in order."""

    id: UUID
    number: int
    told: str
    category: str
    answers: tuple[str, ...]


def signs(text: str) -> frozenset[str]:
    """What a text is compared by: Chinese signs and pairs of them, and words of other scripts."""
    plain = _EMPTY.sub(" ", fold(text))
    runs = _HAN.findall(plain)
    pairs = {run[at : at + 2] for run in runs for at in range(len(run) - 1)}
    words = set(_WORD.findall(plain)) - _EMPTY_WORDS
    return frozenset(pairs | words | set("".join(runs)))


def most_alike(told: str, category: str, cases: Sequence[Case], nth: int) -> Case | None:
    """Of the cases with an answer after `nth` others, the one most like `told`; None where none is like it. What many
    cases share weighs little; one of the same category comes before another as alike."""
    wanted = signs(told)
    known = [(one, signs(one.told)) for one in cases if len(one.answers) > nth]
    shared = Counter(sign for _, theirs in known for sign in theirs)
    weight = {sign: log(1 + (len(known) + 1) / (shared[sign] + 1)) for sign in {*shared, *wanted}}

    def likeness(theirs: frozenset[str]) -> float:
        whole = sum(weight[sign] for sign in wanted) + sum(weight[sign] for sign in theirs)
        return 2 * sum(weight[sign] for sign in wanted & theirs) / whole if whole else 0.0

    ranked = [(likeness(theirs), one.category == category, one.number, one) for one, theirs in known]
    fitting = [one for one in ranked if one[0] >= LEAST]
    return max(fitting, key=lambda one: one[:3])[3] if fitting else None
