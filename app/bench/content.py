"""Content: judging a text of 70 characters against 10,000 listed words, beside the bare automaton over that list."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from ahocorasick_rs import AhoCorasick, MatchKind

from app.bench.figures import Figure, best_slice
from app.domain.composing import BrandIdentity
from app.domain.content.check import Copy, Listed, Lists, Severity
from app.domain.content.checking import Judge
from app.domain.content.words import WordList
from app.domain.purpose import Purpose
from app.domain.text import fold
from app.rules import load_rules

T = TypeVar("T")
WORDS = 10_000
TEXTS = 10_000
SLICE = 50
"""Texts that are timed together: few enough that some are judged without being interrupted."""
BAR_US = 50.0
SEED = 20_260_701
HAN = (0x4E00, 0x6E00)
TEXT = (
    "【麦香坊】{}您好！秋季新品蛋糕上架，欢迎到店品尝，小程序预约座位，"
    "详情 mx.example/a 客服热线400-820-0001 退订回T"
)


def measure(database: str) -> list[Figure]:
    """Microseconds a text: each one another, then one over and over. No database has a part in it."""
    if database != "sqlite":
        return []
    rules, chance = load_rules(), random.Random(SEED)  # noqa: S311
    words = ["".join(chr(chance.randint(*HAN)) for _ in range(4)) for _ in range(WORDS)]
    judge = Judge(_longer(rules.lists, words), rules.checks)
    style, brand = rules.channel_style("mainland"), BrandIdentity("麦香坊", "麦香坊")

    def copy(name: str) -> Copy:
        hosts = frozenset({"mx.example"})
        return Copy(TEXT.format(name), Purpose.MARKETING, style, brand, hosts=hosts, hotline="400-820-0001")

    unlike = [copy(chr(chance.randint(*HAN)) + chr(chance.randint(*HAN))) for _ in range(TEXTS)]
    alike = [copy("各位") for _ in range(TEXTS)]
    automaton = AhoCorasick(words, matchkind=MatchKind.LeftmostLongest)
    texts = [one.text for one in unlike]
    bare = _best(lambda text: automaton.find_matches_as_indexes(fold(text)), texts)
    what = f"a text of {len(texts[0])} characters, {WORDS:,} words"
    return [
        Figure("content", "none", what, _best(judge.anew, unlike), "µs", BAR_US, bare, is_ceiling=True),
        Figure(
            "content",
            "none",
            "the same text again",
            _best(judge.findings, alike),
            "µs",
            BAR_US,
            is_ceiling=True,
        ),
    ]


def _longer(lists: Lists, words: Sequence[str]) -> Lists:
    """The shipped lists, with these words blocked."""
    row = Listed("bench", Severity.BLOCK, tuple(words))
    return replace(
        lists, blocked=WordList([row], lambda one: one.words, lambda one: one.exceptions, lists.disguises)
    )


def _best(judged: Callable[[T], object], given: Sequence[T]) -> float:
    """Microseconds each."""
    return 1e6 * best_slice(judged, given, SLICE)
