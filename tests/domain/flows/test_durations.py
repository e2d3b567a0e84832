"""Durations and times of day as people write them."""

from datetime import time, timedelta

import pytest

from app.domain.flows.durations import format_clock, format_duration, parse_clock, parse_duration


@pytest.mark.parametrize(
    ("written", "duration"),
    [
        ("45s", timedelta(seconds=45)),
        ("30m", timedelta(minutes=30)),
        ("2H", timedelta(hours=2)),
        ("1d 12h", timedelta(hours=36)),
        ("1d12h", timedelta(hours=36)),
        ("2w", timedelta(weeks=2)),
    ],
)
def test_reads_durations(written, duration):
    assert parse_duration(written) == duration
    assert parse_duration(format_duration(duration)) == duration


@pytest.mark.parametrize("written", ["", "2", "h", "2 hours", "-1h", "1.5h", "1h,2m", "999999d"])
def test_refuses_what_is_no_duration(written):
    with pytest.raises(ValueError, match="like 30m"):
        parse_duration(written)


def test_writes_the_shortest_form():
    assert format_duration(timedelta(0)) == "0s"
    assert format_duration(timedelta(days=14)) == "2w"
    assert format_duration(timedelta(days=1, hours=12)) == "1d 12h"


def test_reads_and_writes_times_of_day():
    assert parse_clock("9:05") == time(9, 5)
    assert format_clock(time(9, 5)) == "09:05"


@pytest.mark.parametrize("written", ["24:00", "9", "9:60", "nine"])
def test_refuses_what_is_no_time_of_day(written):
    with pytest.raises(ValueError, match="like 09:30"):
        parse_clock(written)
