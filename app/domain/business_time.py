"""Counts the hours in which a brand is open: by weekday, public holidays and days worked in return (调休), and what it
has set for single days."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache

from app.domain.periods import Period, periods
from app.domain.timetable import Timetable
from app.domain.workdays import Workdays


@dataclass(frozen=True)
class BusinessHours:
    """A calendar (`app.domain.sla_policy.Calendar`) of hours in local time, each day's written as `periods` reads them.

    A single day's own hours win, then those of a public holiday or a weekend day worked in return, then the weekday's.
    Source: SPEC CO-2.
    """

    zone: str
    """IANA name; hours are its wall time."""
    week: tuple[str, ...]
    """Monday to Sunday; empty for closed."""
    country: str = ""
    """Whose public holidays it keeps (ISO 3166); empty for none's."""
    on_holidays: str = ""
    on_makeup_days: str = ""
    """Of weekend days that a country works in return for a holiday."""
    days: tuple[tuple[date, str], ...] = ()
    """What differs on single days, whatever day it is."""

    def after(self, start: datetime, allowed: timedelta) -> datetime:
        """The first moment by which so much open time has passed since `start`, outside hours from the next opening;
        `start` itself for no time. Raises ValueError for less than none, NeverOpens (a ValueError) where ten years
        do not hold so much."""
        return self._timetable.after(start, allowed)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much open time lies between; less than none where `end` comes first."""
        return self._timetable.between(start, end)

    def on(self, day: date) -> tuple[Period, ...]:
        """The hours that begin on this day. Raises PeriodsUnread."""
        for own, written in self.days:
            if own == day:
                return periods(written)
        workdays = Workdays(self.country)
        if self.country and workdays.is_makeup(day):
            return periods(self.on_makeup_days)
        if self.country and workdays.is_holiday(day):
            return periods(self.on_holidays)
        return periods(self.week[day.weekday()])

    @cached_property
    def _timetable(self) -> Timetable:
        return _timetable(self)


@lru_cache(maxsize=64)
def _timetable(hours: BusinessHours) -> Timetable:
    """Worked out once for all complaints that run by the same hours."""
    return Timetable(hours.zone, hours.on)
