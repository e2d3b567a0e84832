"""Business time against somebody who looks at every minute: does it count, by the clock on the wall?"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.business_time import BusinessHours

MINUTE, DAY = timedelta(minutes=1), 24 * 60
FROM, UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
WEEKS = (UNTIL - FROM) // timedelta(days=7)
LUNCH = "09:00-12:00,13:00-18:00"
OWN = ((date(2025, 10, 3), "10:00-15:00"), (date(2026, 3, 9), ""), (date(2026, 11, 1), "00:30-01:45"))
SHOPS = (
    BusinessHours("Asia/Shanghai", (LUNCH,) * 5 + ("", "10:00-16:00"), "CN", "10:00-12:00", LUNCH, OWN),
    BusinessHours(
        "America/New_York", (LUNCH,) * 5 + ("22:00-06:00", "01:30-02:30,20:00-24:00"), "US", "", "", OWN
    ),
)
BY_COUNTRY = {shop.country: shop for shop in SHOPS}
TELLING = [date(2025, 9, 28), date(2026, 3, 4), date(2026, 10, 28), date(2026, 2, 11), date(2027, 12, 29)]
"""First days of weeks with holidays, changed clocks and a year's end."""
moments = st.integers(0, (UNTIL - FROM) // MINUTE).map(lambda minutes: FROM + minutes * MINUTE)
shops = st.sampled_from(SHOPS)


@cache
def known(country: str, year: int) -> holidays.HolidayBase:
    return holidays.country_holidays(country, years=year)


def hours_on(shop: BusinessHours, day: date) -> list[tuple[int, int]]:
    """Minutes of the day, the end perhaps of the next."""
    calendar = known(shop.country, day.year)
    written = shop.week[day.weekday()]
    if day in calendar:
        written = shop.on_holidays
    elif day.weekday() >= 5 and calendar.is_working_day(day):
        written = shop.on_makeup_days
    found = []
    for one in dict(shop.days).get(day, written).split(","):
        if one:
            start, end = (int(half[:2]) * 60 + int(half[3:]) for half in one.split("-"))
            found.append((start, end if end > start else end + DAY))
    return found


@cache
def open_minutes(country: str, day: date) -> bytes:
    """Whether each minute on the wall of this day is open."""
    shop = BY_COUNTRY[country]
    flags = bytearray(DAY)
    for start, end in hours_on(shop, day):
        flags[start:end] = b"\1" * (min(end, DAY) - start)
    for _, end in hours_on(shop, day - timedelta(days=1)):
        flags[: max(0, end - DAY)] = b"\1" * max(0, end - DAY)
    return bytes(flags)


def counted(shop: BusinessHours, start: datetime, end: datetime) -> Iterator[tuple[datetime, int]]:
    """Each minute with how many open ones lie before it, and the end with all."""
    zone, at, count = ZoneInfo(shop.zone), start, 0
    while at < end:
        yield at, count
        local = at.astimezone(zone)
        count += open_minutes(shop.country, local.date())[local.hour * 60 + local.minute]
        at += MINUTE
    yield end, count


@pytest.mark.soak(ci=len(TELLING), full=WEEKS + len(TELLING))
@pytest.mark.parametrize("shop", SHOPS, ids=["CN", "US"])
def test_every_minute_of_eleven_years_counts_as_the_wall_says(shop: BusinessHours, rounds: int) -> None:
    weeks = [datetime.combine(day, time(), UTC) for day in TELLING]
    weeks += [FROM + week * timedelta(days=7) for week in range(WEEKS)]
    for week in weeks[:rounds]:
        for at, count in counted(shop, week, week + timedelta(days=7)):
            if at.minute % 15 in (0, 7):
                assert shop.between(week, at) == count * MINUTE, at


@given(shops, moments, st.integers(1, 900))
def test_a_deadline_is_the_first_minute_by_which_so_many_were_open(
    shop: BusinessHours, start: datetime, allowed: int
) -> None:
    passing = counted(shop, start, start + timedelta(days=60))
    assert shop.after(start, allowed * MINUTE) == next(at for at, count in passing if count == allowed)


@given(shops, moments, st.timedeltas(timedelta(0), timedelta(hours=300)), st.timedeltas(timedelta(0), MINUTE))
def test_what_is_allowed_is_what_passes(
    shop: BusinessHours, minute: datetime, allowed: timedelta, more: timedelta
) -> None:
    start = minute + more
    due = shop.after(start, allowed)
    assert shop.between(start, due) == allowed
    if allowed:
        assert shop.between(start, due - timedelta(microseconds=1)) < allowed


@given(shops, moments, moments, moments)
def test_time_adds_up(shop: BusinessHours, one: datetime, other: datetime, third: datetime) -> None:
    first, middle, last = sorted((one, other, third))
    assert shop.between(first, last) == shop.between(first, middle) + shop.between(middle, last)
    assert timedelta() <= shop.between(first, last) <= last - first


@given(
    shops,
    moments,
    st.timedeltas(MINUTE, timedelta(hours=200)),
    st.timedeltas(timedelta(0), timedelta(days=9)),
)
def test_who_starts_later_is_due_no_earlier(
    shop: BusinessHours, start: datetime, allowed: timedelta, later: timedelta
) -> None:
    assert shop.after(start, allowed) <= shop.after(start + later, allowed)
