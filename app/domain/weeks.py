"""Cuts a stretch of days into the weeks of a place, as half-open spans of time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """From `starts_at` on and before `ends_at`, both in UTC; `on` is its first day, of a week its Monday."""

    on: date
    starts_at: datetime
    ends_at: datetime


def span(first: date, last: date, zone: str) -> Span:
    """These days, the last one included, by the clock of a place."""
    return Span(first, _midnight(first, zone), _midnight(last + DAY, zone))


def weeks(first: date, last: date, zone: str) -> Iterator[Span]:
    """The weeks of these days from Monday on, each cut to them."""
    monday = first - DAY * first.weekday()
    while monday <= last:
        inside = span(max(monday, first), min(monday + 6 * DAY, last), zone)
        yield Span(monday, inside.starts_at, inside.ends_at)
        monday += 7 * DAY


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
