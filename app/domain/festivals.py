"""Festivals and anniversaries, around which much advertising has to be filed with the carrier before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from app.domain.licences import Standing

Days = tuple[date, date]
"""The first and the last day of a festival, both included."""


@dataclass(frozen=True, slots=True)
class Festivals:
    """All festivals that are known, and how much advertising around them needs no filing yet."""

    days: Mapping[str, tuple[Days, ...]]
    around: timedelta
    most_receivers: int
    near: frozenset[date]
    """Every day that lies in a festival or so close to one that it counts."""

    @classmethod
    def of(cls, days: Mapping[str, tuple[Days, ...]], around: timedelta, most_receivers: int) -> "Festivals":
        """With the days around each festival worked out."""
        near = _days_around((span for spans in days.values() for span in spans), around)
        return cls(days, around, most_receivers, near)

    @property
    def known_until(self) -> int:
        """The last year of which the days of every festival are known."""
        return min(max(last.year for _, last in spans) for spans in self.days.values())

    def is_near(self, day: date, anniversary: str | None = None) -> bool:
        """Whether a festival, or the brand's own anniversary (MM-DD), is at most so many days away."""
        if day in self.near or anniversary is None:
            return day in self.near
        years = (day.year - 1, day.year, day.year + 1)
        return any(abs(day - _in_year(anniversary, year)) <= self.around for year in years)


@dataclass(frozen=True, slots=True)
class FestivalVolume:
    """How many people a brand's advertising has reached on this day near a festival, and what it has filed."""

    receivers: int
    most: int
    filings: tuple[Standing, ...]


def anniversary(written: str) -> str:
    """A day of every year as MM-DD. Raises ValueError for what is none."""
    month, dash, day = written.strip().partition("-")
    found = date(2000, int(month), int(day)) if dash else None  # a leap year: it has every day
    if found is None:
        raise ValueError(f"{written!r} is no day such as 06-18")
    return found.strftime("%m-%d")


def _in_year(written: str, year: int) -> date:
    """The anniversary of this year; that of a 29 February is a day earlier where there is none."""
    month, _, day = written.partition("-")
    try:
        return date(year, int(month), int(day))
    except ValueError:
        return date(year, int(month), int(day) - 1)


def _days_around(spans: Iterable[Days], around: timedelta) -> frozenset[date]:
    found: set[date] = set()
    for first, last in spans:
        count = (last - first + 2 * around).days + 1
        found.update(first - around + timedelta(days=number) for number in range(count))
    return frozenset(found)
