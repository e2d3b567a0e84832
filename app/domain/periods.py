"""Reads the hours of a day as people write them: 09:00-12:00,13:00-18:00, over midnight too, and until 24:00."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from app.domain.text import fold

DAY = 24 * 60
_TO = re.compile(r"\s*(?:[-~–—−至到]|\bto\b)\s*")
_AND = re.compile(r"\s*[,、;]\s*|\s+")
_NEXT_DAY = re.compile(r"(?:次日|翌日)\s*")
_TIME = re.compile(r"(\d{1,2})(?::(\d{2}))?")


class PeriodsUnread(ValueError):
    """These are no hours of a day: `reason` is a code, `about` the part that it is about, the text says it in words."""

    def __init__(self, reason: str, about: str, text: str) -> None:
        super().__init__(text)
        self.reason, self.about = reason, about


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """From the minute `start` of a day, and before the minute `end`; above 1440 that is on the next day."""

    start: int
    end: int

    def __str__(self) -> str:
        end = self.end - DAY if self.end > DAY else self.end
        return f"{clock_words(self.start)}-{clock_words(end)}"


def clock_words(minute: int) -> str:
    """A minute of the day as it is written: 09:30; the last one's end is 24:00."""
    return f"{minute // 60:02}:{minute % 60:02}"


def pieces(written: str) -> list[str]:
    """The single hours in what somebody has typed, each start-end; width, blanks and the kind of comma make no
    difference."""
    plain = _TO.sub("-", _NEXT_DAY.sub("", fold(written)))
    return _AND.split(plain) if plain else []


@lru_cache(maxsize=1024)
def periods(written: str) -> tuple[Period, ...]:
    """The hours of a day, in order; none for an empty text. Raises PeriodsUnread."""
    found = sorted(_period(one) for one in pieces(written))
    for one, following in pairwise(found):
        if following.start < one.end:
            about = said((one, following))
            raise PeriodsUnread("hours_overlap", about, f"{about} overlap")
    return tuple(found)


def said(some: Sequence[Period]) -> str:
    """Periods as they are written and kept."""
    return ",".join(map(str, some))


def minute_of(written: str) -> int | None:
    """The minute of the day that 9, 09:00 or 24:00 names; None for anything else."""
    found = _TIME.fullmatch(written)
    if found is None or int(found[2] or 0) > 59:
        return None
    minute = int(found[1]) * 60 + int(found[2] or 0)
    return minute if minute <= DAY else None


def _period(written: str) -> Period:
    first, _, last = written.partition("-")
    start, end = minute_of(first), minute_of(last)
    if start is None or end is None or start == DAY:
        text = f"{written!r} is no time such as 09:00-12:00"
        raise PeriodsUnread("hours_unread", written, text)
    if start == end:
        text = f"{written!r} ends when it starts; a whole day is 00:00-24:00"
        raise PeriodsUnread("hours_empty", written, text)
    return Period(start, end if end > start else end + DAY)
