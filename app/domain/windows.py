"""Hours of the day in which something may happen, and the next instant that lies in them everywhere."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from app.domain.workdays import Workdays

HORIZON = timedelta(days=30)
"""How far ahead an opening is looked for: longer than any row of holidays."""


@dataclass(frozen=True, slots=True)
class Window:
    """Local times from `start`, and before `end`; on workdays alone, or on any day."""

    start: time
    end: time
    workdays_only: bool = False


def window(written: str, workdays_only: bool = False) -> Window:
    """A window as people write one, 10:00-20:00; raises ValueError for anything else, and for one that is empty."""
    start, _, end = written.partition("-")
    try:
        found = Window(time.fromisoformat(start.strip()), time.fromisoformat(end.strip()), workdays_only)
    except ValueError:
        raise ValueError(f"{written!r} is no window such as 10:00-20:00") from None
    if found.start.tzinfo or found.end.tzinfo:
        raise ValueError(f"the window {written!r} names a time zone: it is the customer's that counts")
    if found.start >= found.end:
        raise ValueError(f"the window {written!r} ends before it starts")
    return found


@lru_cache(maxsize=1024)
def windows(written: str) -> tuple[Window, ...]:
    """Several windows with commas between them, 10:00-11:30,15:00-17:30. Raises ValueError."""
    return tuple(window(one) for one in written.replace("，", ",").split(","))


def narrowed(some: Sequence[Window], others: Sequence[Window]) -> tuple[Window, ...]:
    """The hours that lie in one of some and in one of the others: never more than either leaves."""
    return tuple(
        Window(max(one.start, other.start), min(one.end, other.end), one.workdays_only or other.workdays_only)
        for one in some
        for other in others
        if max(one.start, other.start) < min(one.end, other.end)
    )


def next_open(
    windows: Sequence[Window], zones: Collection[str], now: datetime, workdays: Workdays | None = None
) -> datetime | None:
    """The first instant from `now` on that lies in a window of every zone; None if there is none in 30 days."""
    at = now
    while at <= now + HORIZON:
        openings = [_opens_in(windows, _zone(zone), at, workdays) for zone in zones]
        if None in openings:
            return None
        later = max(opening for opening in openings if opening is not None)
        if later == at:
            return at
        at = later
    return None


def _opens_in(
    windows: Sequence[Window], zone: ZoneInfo, at: datetime, workdays: Workdays | None
) -> datetime | None:
    """The first instant from `at` on in a window of one zone."""
    local = at.astimezone(zone)
    for window in windows:
        if window.start <= local.time() < window.end and _is_on(window, local.date(), workdays):
            return at
    for ahead in range(HORIZON.days + 1):
        day = local.date() + timedelta(days=ahead)
        coming = [
            opening
            for window in windows
            if _is_on(window, day, workdays) and (opening := _start(day, window.start, zone, at)) > at
        ]
        if coming:
            return min(coming)
    return None


def _start(day: date, start: time, zone: ZoneInfo, at: datetime) -> datetime:
    """When a window starts on a day. Where the clocks go back over the start it comes twice: the one still to come."""
    first = datetime.combine(day, start, zone).astimezone(UTC)
    return first if first > at else datetime.combine(day, start, zone).replace(fold=1).astimezone(UTC)


def _is_on(window: Window, day: date, workdays: Workdays | None) -> bool:
    return not window.workdays_only or workdays is None or day in workdays


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
