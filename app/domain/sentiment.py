"""Hears the tone of a customer's text: calm, unhappy or angry, by which signs, and whether somebody may be harmed."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.domain.content.words import Disguises, WordList
from app.domain.denial import is_denied

UNHAPPY_FROM, ANGRY_FROM = 2, 6
"""From which weight of all signs together a text is more than calm. Source: SPEC NL-6."""
STAYS_FROM = 3
"""From this weight a sign stands whatever praise is beside it."""
A_PRAISE = 2
"""How much of the lighter signs one word of praise takes away."""
LONGEST = 1_000
"""Characters that are read: as many as the language model's."""

SURE = 0.6
"""From this share in the language model's ranking its reading counts as a sign."""
_MEANT = {"abuse": 4, "complaint": 1}


class Level(StrEnum):
    """How somebody writes."""

    CALM = "calm"
    UNHAPPY = "unhappy"
    ANGRY = "angry"

    @property
    def rank(self) -> int:
        """The angrier, the higher."""
        return list(Level).index(self)


class Sign(StrEnum):
    """What a tone is heard by. `shouting` is capitals and rows of !!!; `abuse` and `complaint` are the model's."""

    DANGER = "danger"
    THREAT = "threat"
    INSULT = "insult"
    ABUSE = "abuse"
    DESPAIR = "despair"
    REPETITION = "repetition"
    WAITING = "waiting"
    DISPLEASURE = "displeasure"
    SARCASM = "sarcasm"
    SHOUTING = "shouting"
    URGENCY = "urgency"
    COMPLAINT = "complaint"


@dataclass(frozen=True, slots=True)
class ToneWords:
    """A row of the table; of praise where there is no `sign`."""

    sign: Sign | None
    weight: int
    words: tuple[str, ...]
    exceptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tone:
    """How a text is written, with the signs that tell it, the gravest first."""

    level: Level = Level.CALM
    signs: tuple[Sign, ...] = ()

    @property
    def is_danger(self) -> bool:
        """Whether somebody may be harmed: that goes before everything, however calmly it is told."""
        return Sign.DANGER in self.signs


CALM = Tone()

_COUNTED = re.compile(
    r"(?:\d{1,4}|[一二两三四五六七八九十几好]{1,3}|\b(?:two|three|four|five|six|seven|eight|nine|ten|several)\b)"
    r"(?=\s?(?:个?多?(?:小时|钟头|天|周|星期|礼拜|月)|次|遍|个电话|hours?\b|days?\b|weeks?\b|months?\b|times?\b"
    r"|(?:st|nd|rd|th) time\b))"
)
_ORDINAL = re.compile(r"#(?:st|nd|rd|th) ")
_ROW_OF_MARKS = re.compile(r"[!！][!！?？]{2,}|[?？][!！?？]{2,}")
_LETTERS = re.compile(r"[A-Za-z]{2,}")


class Sentiment:
    """The table, made ready to be looked up in."""

    def __init__(self, rows: Iterable[ToneWords], disguises: Disguises | None = None) -> None:
        self._words = WordList(rows, lambda row: row.words, lambda row: row.exceptions, disguises)

    def tone(self, text: str, ranking: Mapping[str, float] | None = None) -> Tone:
        """The tone of a text; `ranking` is the language model's, where it was asked.

        Of each sign the heaviest word counts. Praise takes from the lighter signs, so that 等了好久，但很好吃 is calm.
        """
        heard, praises = self._heard(text[:LONGEST])
        for intent, weight in _MEANT.items():
            if ranking is not None and ranking.get(intent, 0.0) >= SURE:
                heard[Sign(intent)] = weight
        if ranking is not None and ranking.get("praise", 0.0) >= SURE:
            praises += 1
        if is_shouted(text[:LONGEST]):
            heard[Sign.SHOUTING] = 1
        return _weighed(heard, praises) if heard else CALM

    def _heard(self, text: str) -> tuple[dict[Sign, int], int]:
        """The weight of each sign, and how many words praise."""
        compared = self._words.compared(text).replace("’", "'")
        compared = _ORDINAL.sub("# ", _COUNTED.sub("#", compared))
        heard: dict[Sign, int] = {}
        praises = set[str]()
        for hit in self._words.find_in(compared):
            if "#" not in hit.word and is_denied(compared, hit.start, hit.end):
                continue
            if hit.row.sign is None:
                praises.add(hit.word)
            else:
                heard[hit.row.sign] = max(heard.get(hit.row.sign, 0), hit.row.weight)
        return heard, len(praises)


def _weighed(heard: Mapping[Sign, int], praises: int) -> Tone:
    """Danger is no tone: it is told whatever the level."""
    weights = {sign: weight for sign, weight in heard.items() if sign is not Sign.DANGER}
    heavy = sum(weight for weight in weights.values() if weight >= STAYS_FROM)
    light = sum(weight for weight in weights.values() if weight < STAYS_FROM)
    light = light if Sign.SARCASM in heard else max(0, light - A_PRAISE * praises)
    level = _level(heavy + light)
    lasting = {sign for sign, weight in weights.items() if weight >= STAYS_FROM or light}
    told = set() if level is Level.CALM else lasting
    danger = {Sign.DANGER} & set(heard)
    return Tone(level, tuple(sign for sign in Sign if sign in told | danger))


def _level(weight: int) -> Level:
    if weight >= ANGRY_FROM:
        return Level.ANGRY
    return Level.UNHAPPY if weight >= UNHAPPY_FROM else Level.CALM


def is_shouted(text: str) -> bool:
    """Whether capitals or rows of marks shout: a word such as STOP or OK in capitals does not."""
    if _ROW_OF_MARKS.search(text):
        return True
    words = _LETTERS.findall(text)
    letters = "".join(words)
    return len(words) >= 3 and len(letters) >= 12 and sum(map(str.isupper, letters)) >= 0.8 * len(letters)
