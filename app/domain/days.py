"""The years in which days and moments that people write can lie."""

from datetime import date

YEARS = range(2000, 3000)


def is_in_range(day: date) -> bool:
    """Whether every time zone can tell the day and its neighbours; the first and the last day of all have not both."""
    return day.year in YEARS
