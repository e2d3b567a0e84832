"""Deadlines in business time: nights, weekends, holidays, days worked in return, single days, changed clocks."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.domain.business_time import BusinessHours
from app.domain.timetable import NeverOpens

OFFICE = "09:00-12:00,13:00-18:00"
SHOP = BusinessHours("Asia/Shanghai", (OFFICE,) * 5 + ("", ""), "CN", "", OFFICE)
HOUR = timedelta(hours=1)


def shanghai(month: int, day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, second, tzinfo=ZoneInfo("Asia/Shanghai"))


def new_york(year: int, month: int, day: int, hour: int, minute: int = 0, fold: int = 0) -> datetime:
    local = datetime(year, month, day, hour, minute, fold=fold, tzinfo=ZoneInfo("America/New_York"))
    return local.astimezone(UTC)


def in_new_york(*week: str) -> BusinessHours:
    return BusinessHours("America/New_York", week * (7 // len(week)), "US")


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        (shanghai(11, 23, 9), 2, shanghai(11, 23, 11)),
        (shanghai(11, 23, 9, 0, 1), 2, shanghai(11, 23, 11, 0, 1)),
        (shanghai(11, 23, 11), 2, shanghai(11, 23, 14)),
        (shanghai(11, 23, 12, 30), 2, shanghai(11, 23, 15)),
        (shanghai(11, 23, 11), 1, shanghai(11, 23, 12)),
        (shanghai(11, 23, 17), 2, shanghai(11, 24, 10)),
        (shanghai(11, 20, 17), 2, shanghai(11, 23, 10)),
        (shanghai(11, 21, 15), 2, shanghai(11, 23, 11)),
        (shanghai(11, 23, 9), 48, shanghai(12, 1, 9) - 15 * HOUR),
        (shanghai(9, 30, 17), 2, shanghai(10, 8, 10)),
        (shanghai(10, 9, 17), 2, shanghai(10, 10, 10)),
        (shanghai(2, 13, 17), 9, shanghai(2, 14, 18)),
    ],
    ids=[
        "within a morning",
        "to the second",
        "over lunch",
        "from lunch",
        "at the end of a morning",
        "over a night",
        "over a weekend",
        "from a weekend",
        "48 hours are six days",
        "over the National Day holiday",
        "into a Saturday worked in return",
        "until the evening before the Spring Festival",
    ],
)
def test_only_open_hours_count(start: datetime, hours: int, due: datetime) -> None:
    assert SHOP.after(start, hours * HOUR) == due
    assert SHOP.between(start, due) == hours * HOUR


def test_a_single_day_can_be_closed_or_have_other_hours() -> None:
    days = ((date(2026, 11, 24), ""), (date(2026, 10, 1), "10:00-12:00"), (date(2026, 11, 29), "09:00-10:00"))
    shop = BusinessHours("Asia/Shanghai", SHOP.week, "CN", "", OFFICE, days)
    assert shop.after(shanghai(11, 23, 17), 2 * HOUR) == shanghai(11, 25, 10)
    assert shop.after(shanghai(9, 30, 17), 2 * HOUR) == shanghai(10, 1, 11)
    assert shop.after(shanghai(11, 27, 17), 2 * HOUR) == shanghai(11, 29, 10)


def test_holidays_and_days_worked_in_return_have_hours_of_their_own() -> None:
    shop = BusinessHours("Asia/Shanghai", SHOP.week, "CN", "14:00-16:00", "10:00-11:00")
    assert shop.between(shanghai(10, 1, 0), shanghai(10, 2, 0)) == 2 * HOUR
    assert shop.between(shanghai(10, 10, 0), shanghai(10, 11, 0)) == HOUR
    keeps_none = BusinessHours("Asia/Shanghai", SHOP.week)
    assert keeps_none.between(shanghai(10, 1, 0), shanghai(10, 2, 0)) == 8 * HOUR
    assert keeps_none.between(shanghai(10, 10, 0), shanghai(10, 11, 0)) == timedelta()


def test_hours_over_midnight_belong_to_the_day_on_which_they_begin() -> None:
    bar = BusinessHours("Asia/Shanghai", ("", "", "", "", "20:00-24:00", "22:00-06:00", ""))
    assert bar.between(shanghai(11, 20, 0), shanghai(11, 21, 0)) == 4 * HOUR
    assert bar.between(shanghai(11, 21, 0), shanghai(11, 22, 0)) == 2 * HOUR
    assert bar.between(shanghai(11, 22, 0), shanghai(11, 23, 0)) == 6 * HOUR
    assert bar.after(shanghai(11, 20, 23), 4 * HOUR) == shanghai(11, 22, 1)
    overlapping = BusinessHours("Asia/Shanghai", ("22:00-06:00", "05:00-09:00", "", "", "", "", ""))
    assert overlapping.between(shanghai(11, 23, 0), shanghai(11, 25, 0)) == 11 * HOUR


def test_always_open_is_the_wall_clock() -> None:
    always = in_new_york("00:00-24:00")
    keeps_none = BusinessHours(always.zone, always.week)
    for start in (new_york(2026, 3, 7, 20), new_york(2026, 10, 31, 20), new_york(2026, 12, 31, 20)):
        assert keeps_none.after(start, 48 * HOUR) == start + 48 * HOUR


def test_hours_that_the_changed_clock_leaves_out_do_not_count() -> None:
    night = in_new_york("01:30-03:30")
    assert night.between(new_york(2026, 3, 7, 0), new_york(2026, 3, 8, 0)) == 2 * HOUR
    assert night.between(new_york(2026, 3, 8, 0), new_york(2026, 3, 9, 0)) == HOUR
    missing = in_new_york("02:00-03:00")
    assert missing.between(new_york(2026, 3, 8, 0), new_york(2026, 3, 9, 0)) == timedelta()
    assert missing.after(new_york(2026, 3, 8, 0), HOUR) == new_york(2026, 3, 9, 3)


def test_hours_that_come_twice_count_twice() -> None:
    twice = in_new_york("01:00-02:00")
    assert twice.between(new_york(2026, 11, 1, 0), new_york(2026, 11, 2, 0)) == 2 * HOUR
    half = in_new_york("01:00-01:30")
    due = half.after(new_york(2026, 11, 1, 0), timedelta(minutes=45))
    assert due == new_york(2026, 11, 1, 1, 15, fold=1)
    assert (
        in_new_york("22:00-06:00").between(new_york(2026, 10, 31, 12), new_york(2026, 11, 1, 12)) == 9 * HOUR
    )


def test_a_year_ends_without_a_seam() -> None:
    for zone in ("Asia/Shanghai", "America/New_York", "Pacific/Kiritimati"):
        shop = BusinessHours(zone, ("20:00-04:00",) * 7)
        start = datetime(2026, 12, 30, tzinfo=UTC)
        due = shop.after(start, 20 * HOUR)
        assert shop.between(start, due) == 20 * HOUR
        assert due - start <= timedelta(days=3)
    assert SHOP.between(shanghai(11, 23, 9), shanghai(11, 23, 9) + timedelta(days=731)) > 3000 * HOUR


def test_no_time_is_at_once_and_backwards_is_less_than_none() -> None:
    night = shanghai(11, 22, 3)
    assert SHOP.after(night, timedelta()) == night
    assert SHOP.between(shanghai(11, 23, 11), shanghai(11, 23, 9)) == -2 * HOUR
    with pytest.raises(ValueError, match="less than no time"):
        SHOP.after(night, -HOUR)


def test_what_never_opens_says_so() -> None:
    closed = BusinessHours("Asia/Shanghai", ("",) * 7, days=((date(2026, 12, 1), "09:00-12:00"),))
    assert closed.after(shanghai(11, 23, 9), 3 * HOUR) == shanghai(12, 1, 12)
    with pytest.raises(NeverOpens, match="do not come in 10 years"):
        closed.after(shanghai(11, 23, 9), 4 * HOUR)
