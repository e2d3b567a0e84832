"""The instants at which a place is open, a year at a time: arrays to look into, so that a deadline costs two searches.

All numbers are microseconds since 1970 in UTC. A year is UTC's.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.domain.periods import Period

SECOND = 1_000_000
MINUTE, DAY = 60 * SECOND, 86_400 * SECOND
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_MARGIN = 2
"""Days beside a year that a zone's offset or a period over midnight can reach it from."""
LOOKS_AHEAD = 10
"""Years in which an opening is looked for."""
Hours = Callable[[date], Sequence[Period]]


class NeverOpens(ValueError):
    """So much open time does not come within ten years."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `start`, and before `end`, the zone's clocks are `ahead` of UTC."""

    start: int
    end: int
    ahead: int


@dataclass(frozen=True, slots=True)
class Year:
    """The openings of a year, in order and apart: `before` is the open time of the year before each."""

    openings: "array[int]"
    closings: "array[int]"
    before: "array[int]"
    total: int

    def passed(self, at: int) -> int:
        """The open time from the year's beginning to this moment of it."""
        place = bisect_right(self.openings, at) - 1
        if place < 0:
            return 0
        return self.before[place] + min(at, self.closings[place]) - self.openings[place]

    def reached(self, passed: int) -> int:
        """The first moment by which so much of the year's open time has passed; `passed` is above nothing."""
        place = bisect_left(self.before, passed) - 1
        return self.openings[place] + passed - self.before[place]


class Timetable:
    """When a place with such hours is open. Hours are local: where the clocks are put forward those that are left out
    do not count, where they go back those that come twice count twice."""

    def __init__(self, zone: str, hours: Hours) -> None:
        self._zone, self._hours = ZoneInfo(zone), hours
        self._years: dict[int, Year] = {}

    def after(self, start: datetime, allowed: timedelta) -> datetime:
        """The first moment by which so much open time has passed since `start`; `start` itself for none.

        Raises ValueError for less than none, and NeverOpens.
        """
        wanted = allowed // _MICROSECOND
        if wanted <= 0:
            if wanted < 0:
                raise ValueError(f"{allowed} is less than no time")
            return start
        utc = start if start.tzinfo is UTC else start.astimezone(UTC)
        number = utc.year
        wanted += self.year(number).passed(_micros(utc))
        while wanted > (total := self.year(number).total):
            wanted -= total
            number += 1
            if number > utc.year + LOOKS_AHEAD:
                raise NeverOpens(f"{allowed} of open hours do not come in {LOOKS_AHEAD} years from {start}")
        return EPOCH + timedelta(microseconds=self.year(number).reached(wanted))

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much open time lies between; less than none where `end` comes first."""
        first, last = start.astimezone(UTC), end.astimezone(UTC)
        if last < first:
            return -self.between(last, first)
        open_time = self.year(last.year).passed(_micros(last)) - self.year(first.year).passed(_micros(first))
        open_time += sum(self.year(number).total for number in range(first.year, last.year))
        return timedelta(microseconds=open_time)

    def year(self, number: int) -> Year:
        """The year's arrays, worked out once."""
        known = self._years.get(number)
        if known is None:
            known = self._years[number] = _year(self._openings(number))
        return known

    def _openings(self, number: int) -> list[tuple[int, int]]:
        """When it is open in the year, in order; some may touch or overlap."""
        first, last = date(number, 1, 1).toordinal(), date(number + 1, 1, 1).toordinal()
        begins, ends = ((one - _EPOCH_DAY) * DAY for one in (first, last))
        stretches = list(_stretches(self._zone, first - _MARGIN, last + _MARGIN))
        found = []
        for ordinal in range(first - _MARGIN, last + _MARGIN):
            midnight = (ordinal - _EPOCH_DAY) * DAY
            for period in self._hours(date.fromordinal(ordinal)):
                opens, closes = midnight + period.start * MINUTE, midnight + period.end * MINUTE
                for one in stretches:
                    start = max(opens - one.ahead, one.start, begins)
                    end = min(closes - one.ahead, one.end, ends)
                    if start < end:
                        found.append((start, end))
        return sorted(found)


def _year(openings: Sequence[tuple[int, int]]) -> Year:
    starts, ends, before = array("q"), array("q"), array("q")
    total = 0
    for start, end in openings:
        if ends and start <= ends[-1]:
            total += max(0, end - ends[-1])
            ends[-1] = max(ends[-1], end)
            continue
        starts.append(start)
        ends.append(end)
        before.append(total)
        total += end - start
    return Year(starts, ends, before, total)


def _stretches(zone: ZoneInfo, first: int, last: int) -> Iterator[Stretch]:
    """How far the zone's clocks are ahead from one day to another, by their ordinals."""
    start = known = (first - _EPOCH_DAY) * DAY
    ahead = _ahead(zone, start)
    for ordinal in range(first + 1, last + 1):
        at = (ordinal - _EPOCH_DAY) * DAY
        if (now_ahead := _ahead(zone, at)) != ahead:
            changes_at = _change(zone, known, at)
            yield Stretch(start, changes_at, ahead)
            start, ahead = changes_at, now_ahead
        known = at
    yield Stretch(start, known, ahead)


def _change(zone: ZoneInfo, before: int, after: int) -> int:
    """The second at which the zone's clocks are put forward or back between two moments."""
    low, high = before // SECOND, after // SECOND
    old = _ahead(zone, before)
    while high - low > 1:
        middle = (low + high) // 2
        if _ahead(zone, middle * SECOND) == old:
            low = middle
        else:
            high = middle
    return high * SECOND


def _ahead(zone: ZoneInfo, at: int) -> int:
    offset = (EPOCH + timedelta(microseconds=at)).astimezone(zone).utcoffset()
    return (offset or timedelta()) // _MICROSECOND


_MICROSECOND = timedelta(microseconds=1)


def _micros(at: datetime) -> int:
    since = at - EPOCH
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds
