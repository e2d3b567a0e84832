"""Single days with other hours, as people type them."""

from datetime import date

import pytest

from app.domain.periods import PeriodsUnread
from app.domain.single_days import said_days, single_days

CHRISTMAS = date(2026, 12, 24)


@pytest.mark.parametrize(
    "written",
    [
        "2026-12-24 09:00-12:00",
        "2026/12/24: 9-12",
        "２０２６年１２月２４日 ９：００至１２：００",
        "\n2026.12.24 09:00 to 12:00\n\n",
    ],
)
def test_a_day_is_read_however_it_is_written(written: str) -> None:
    assert single_days(written) == ((CHRISTMAS, "09:00-12:00"),)


@pytest.mark.parametrize("closed", ["closed", "Closed all day", "休息", "放假", "off"])
def test_a_day_can_be_closed(closed: str) -> None:
    assert single_days(f"2026-12-24 {closed}") == ((CHRISTMAS, ""),)


@pytest.mark.parametrize("to", ["..", "~", " to ", "至", "到", " - "])
def test_days_in_a_row_stand_on_one_line(to: str) -> None:
    days = single_days(f"2027-02-05{to}2027-02-09 休息\n2027-02-10 10:00-12:00\n2027-02-12 休息")
    assert len(days) == 7
    assert said_days(days, "休息") == "2027-02-05..2027-02-09 休息\n2027-02-10 10:00-12:00\n2027-02-12 休息"
    assert single_days(said_days(days)) == days


@pytest.mark.parametrize(
    ("written", "reason", "about"),
    [
        ("Christmas closed", "day_unread", "Christmas closed"),
        ("2026-12-24", "day_unread", "2026-12-24"),
        ("2026-02-30 closed", "day_unread", "2026-02-30 closed"),
        ("1026-12-24 closed", "day_unread", "1026-12-24 closed"),
        ("2026-12-24..2026-12-20 closed", "day_unread", "2026-12-24..2026-12-20 closed"),
        ("2026-12-24 9-12\n2026-12-24 closed", "day_twice", "2026-12-24"),
        ("2026-12-24 late", "hours_unread", "late"),
        ("2026-01-01..2030-01-01 closed", "days_many", "100"),
    ],
)
def test_what_cannot_be_read_says_which_line(written: str, reason: str, about: str) -> None:
    with pytest.raises(PeriodsUnread) as refused:
        single_days(written)
    assert (refused.value.reason, refused.value.about) == (reason, about)
