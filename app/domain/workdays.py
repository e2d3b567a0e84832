"""Which days are workdays: public holidays, the weekend days worked in return (调休), and a brand's own exceptions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

import holidays

KNOWN_FROM, KNOWN_FOR = 2000, 100
SATURDAY = 5


@dataclass(frozen=True)
class Workdays:
    """A country's workdays (ISO 3166). `exceptions` say of single days otherwise; they win."""

    country: str = "CN"
    exceptions: Mapping[date, bool] = field(default_factory=dict)

    def __contains__(self, day: date) -> bool:
        """Whether people work on this day."""
        if day in self.exceptions:
            return self.exceptions[day]
        return bool(_calendar(self.country, day.year).is_working_day(day))

    def is_holiday(self, day: date) -> bool:
        """Whether it is a public holiday, or a weekday off in exchange for a weekend day; weekends as such are none."""
        if day in self.exceptions:
            return not self.exceptions[day]
        return day in _calendar(self.country, day.year)

    def is_makeup(self, day: date) -> bool:
        """Whether it is a weekend day that is worked in return for a weekday off."""
        if day in self.exceptions:
            return self.exceptions[day] and day.weekday() >= SATURDAY
        return day in _calendar(self.country, day.year).weekend_workdays

    def is_announced(self, year: int) -> bool:
        """Whether the year's days off and worked in return are known; until then a rule can only guess them."""
        calendar = _calendar(self.country, year)
        has_exceptions = any(day.year == year for day in self.exceptions)
        return (
            self.country != "CN" or has_exceptions or any(d.year == year for d in calendar.weekend_workdays)
        )


@lru_cache(maxsize=256)
def _calendar(country: str, year: int) -> holidays.HolidayBase:
    return holidays.country_holidays(country, years=year, expand=False)


def countries() -> frozenset[str]:
    """The countries whose public holidays are known (ISO 3166)."""
    return frozenset(holidays.list_supported_countries(include_aliases=False))
