"""Weeks begin on Monday at midnight of the place, are cut to the days asked for, and leave no gap."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from app.domain.weeks import span, weeks


def test_days_are_those_of_the_place_with_the_last_one() -> None:
    days = span(date(2026, 11, 2), date(2026, 11, 3), "Asia/Shanghai")
    assert days.starts_at == datetime(2026, 11, 1, 16, tzinfo=UTC)
    assert days.ends_at == datetime(2026, 11, 3, 16, tzinfo=UTC)


def test_a_week_is_named_by_its_monday_and_cut_to_the_days() -> None:
    found = list(weeks(date(2026, 11, 4), date(2026, 11, 10), "Asia/Shanghai"))
    assert [one.on for one in found] == [date(2026, 11, 2), date(2026, 11, 9)]
    assert found[0].starts_at == datetime(2026, 11, 3, 16, tzinfo=UTC)
    assert found[-1].ends_at == datetime(2026, 11, 10, 16, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "UTC"])
def test_weeks_leave_no_gap_and_do_not_overlap(zone: str) -> None:
    first, last = date(2026, 1, 1), date(2026, 12, 31)
    found = list(weeks(first, last, zone))
    assert all(one.ends_at == after.starts_at for one, after in pairwise(found))
    assert (found[0].starts_at, found[-1].ends_at) == (
        span(first, last, zone).starts_at,
        span(first, last, zone).ends_at,
    )


def test_the_week_in_which_clocks_go_back_has_an_hour_more() -> None:
    (week,) = weeks(date(2026, 10, 26), date(2026, 11, 1), "America/New_York")
    assert week.ends_at - week.starts_at == timedelta(days=7, hours=1)
