"""Festivals: their days, and which days are near one."""

from datetime import date, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.festivals import anniversary
from tests.domain.rule_data import shipped

FESTIVALS = shipped().festivals
LUNAR = {
    "spring_festival": "Chinese New Year",
    "dragon_boat": "Dragon Boat Festival",
    "mid_autumn": "Mid-Autumn Festival",
}
DAY = timedelta(days=1)


def test_the_days_are_known_to_2030_and_beyond() -> None:
    assert FESTIVALS.known_until >= 2030
    years = range(2026, FESTIVALS.known_until + 1)
    assert all([last.year for _, last in spans] == list(years) for spans in FESTIVALS.days.values())


@pytest.mark.parametrize("name", LUNAR)
def test_the_days_of_the_lunar_calendar_are_those_of_its_tables(name: str) -> None:
    for first, last in FESTIVALS.days[name]:
        calendar = holidays.country_holidays("CN", years=first.year, language="en_US")
        told = [
            day
            for day, words in calendar.items()
            if any(one.startswith(LUNAR[name]) and "observed" not in one for one in words.split("; "))
        ]
        assert (first, last) == (min(told), max(told))


@pytest.mark.parametrize(
    ("day", "is_near"),
    [
        (date(2026, 9, 21), False),
        (date(2026, 9, 22), True),
        (date(2026, 9, 25), True),
        (date(2026, 9, 28), True),
        (date(2026, 10, 6), True),
        (date(2026, 10, 7), False),
        (date(2026, 12, 28), False),
        (date(2026, 12, 29), True),
    ],
)
def test_three_days_either_way_are_near(day: date, is_near: bool) -> None:
    assert FESTIVALS.is_near(day) is is_near


@given(st.dates(date(2026, 1, 1), date(2033, 12, 31)), st.dates(date(2000, 1, 1), date(2000, 12, 31)))
def test_an_anniversary_comes_every_year(day: date, celebrated: date) -> None:
    written = anniversary(celebrated.strftime("%m-%d"))
    around = [day + number * DAY for number in range(-3, 4)]
    comes = any(one.strftime("%m-%d") == written for one in around)
    if written == "02-29":
        comes = comes or any(one.strftime("%m-%d") == "02-28" and (one + DAY).month == 3 for one in around)
    assert FESTIVALS.is_near(day, written) is (comes or FESTIVALS.is_near(day))


@pytest.mark.parametrize("written", ["", "0618", "13-01", "02-30", "summer", "6-"])
def test_what_is_no_day_of_the_year_is_refused(written: str) -> None:
    with pytest.raises(ValueError):
        anniversary(written)
