"""The next instant in a window, in every zone, on workdays."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.windows import Window, next_open, window
from app.domain.workdays import Workdays

DAY = Window(time(8), time(21))
FINANCE = Window(time(12, 30), time(13, 30), workdays_only=True)
ZONES = ["Asia/Shanghai", "America/New_York", "Asia/Kathmandu", "America/St_Johns", "Pacific/Auckland"]


def utc(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def shanghai(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)


@pytest.mark.parametrize("day", [7, 8, 9])
def test_mornings_around_the_change_of_the_clocks(day: int) -> None:
    opens_at = next_open([DAY], ["America/New_York"], utc(day, 6, month=3))
    assert opens_at is not None
    assert opens_at == utc(day, 13 if day < 8 else 12, month=3)


def test_a_start_that_the_clocks_pass_twice_is_found() -> None:
    hours = [Window(time(1, 30), time(21))]
    second_pass = datetime(2026, 11, 1, 6, 10, tzinfo=UTC)  # 01:10 for the second time
    opens_at = next_open(hours, ["America/New_York"], second_pass)
    assert opens_at == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (shanghai(2, 13, 13), shanghai(2, 13, 13)),
        (
            shanghai(2, 13, 14),
            shanghai(2, 14, 12, 30),
        ),  # a Saturday, worked in return for the Spring Festival
        (shanghai(2, 14, 14), shanghai(2, 24, 12, 30)),  # the holidays between
        (shanghai(11, 20, 13, 30), shanghai(11, 23, 12, 30)),  # Friday to Monday
    ],
)
def test_workdays_are_those_of_the_calendar(now, opens):
    assert next_open([FINANCE], ["Asia/Shanghai"], now, Workdays("CN")) == opens


def test_a_brands_own_days_win():
    saturday = date(2026, 11, 21)
    own = Workdays("CN", {saturday: True})
    assert next_open([FINANCE], ["Asia/Shanghai"], shanghai(11, 20, 14), own) == shanghai(11, 21, 12, 30)


def test_windows_that_never_meet_have_no_opening():
    narrow = [Window(time(10), time(11))]
    assert next_open(narrow, ["Asia/Shanghai", "America/New_York"], utc(22, 0)) is None


def test_a_year_that_is_not_announced_is_known_as_such():
    assert Workdays("CN").is_announced(2026)
    assert not Workdays("CN").is_announced(2035)
    assert Workdays("CN", {date(2035, 2, 10): True}).is_announced(2035)
    assert Workdays("US").is_announced(2035)


@given(
    st.lists(st.tuples(st.integers(0, 22), st.integers(1, 10)), min_size=1, max_size=3),
    st.lists(st.sampled_from(ZONES), min_size=1, max_size=2, unique=True),
    st.integers(0, 365 * 24 * 60),
)
def test_an_opening_is_the_first_instant_inside(hours, zones, minute):
    windows = [Window(time(start), time(min(23, start + length))) for start, length in hours]
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    found = next_open(windows, zones, now)

    def is_open(at: datetime) -> bool:
        locals_ = [at.astimezone(ZoneInfo(zone)).time() for zone in zones]
        return all(any(w.start <= local < w.end for w in windows) for local in locals_)

    if found is None:
        assert not any(is_open(now + timedelta(minutes=15 * step)) for step in range(4 * 24 * 3))
        return
    assert is_open(found)
    quarter = now
    while quarter < min(found, now + timedelta(days=3)):
        assert not is_open(quarter)
        quarter += timedelta(minutes=15)


@pytest.mark.parametrize(
    "written", ["", "10:00", "10-", "25:00-26:00", "20:00-10:00", "10:00-10:00", "10:00+08:00-12:00Z"]
)
def test_what_is_no_window_is_said_so(written):
    with pytest.raises(ValueError, match="window"):
        window(written)


def test_a_window_is_read_as_people_write_it():
    assert window("10:00 - 11:30") == Window(time(10), time(11, 30))
