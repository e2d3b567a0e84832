"""A policy as people type it: read in one form, and refused with all that is wrong."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.sla_policy import SlaPolicy
from app.domain.told_policy import FIELDS, PolicyRefused, as_told, told_policy

NOW = datetime(2026, 11, 23, tzinfo=UTC)
WALL = as_told(SlaPolicy(), "Asia/Shanghai")
OPEN = {**WALL, "counts": "business"}


def refused(told: dict[str, str]) -> list[tuple[str, str, str]]:
    with pytest.raises(PolicyRefused) as found:
        told_policy(told, NOW)
    return [(one.field, one.reason, one.about) for one in found.value.problems]


def test_what_is_kept_is_told_and_read_again() -> None:
    assert tuple(WALL) == FIELDS
    assert told_policy(WALL, NOW) == SlaPolicy()
    shop = told_policy(
        {
            **OPEN,
            "zone": "asia/hong kong",
            "country": "hk",
            "monday": "9-12、13-18",
            "days": "2026-12-24 休息",
        },
        NOW,
    )
    assert shop.hours is not None
    assert (shop.hours.zone, shop.hours.country, shop.hours.week[0]) == (
        "Asia/Hong_Kong",
        "HK",
        "09:00-12:00,13:00-18:00",
    )
    assert told_policy(as_told(shop, "Asia/Shanghai"), NOW) == shop
    assert told_policy(as_told(shop, "Asia/Shanghai", "休息"), NOW) == shop
    assert SlaPolicy.from_json(shop.to_json()) == shop


@pytest.mark.parametrize(
    ("written", "minutes"),
    [
        ("2", 120),
        ("1.5", 90),
        ("1:30", 90),
        ("90 min", 90),
        ("９０分钟", 90),
        ("4小时", 240),
        ("2 hours", 120),
    ],
)
def test_a_length_is_read_in_hours_or_minutes(written: str, minutes: int) -> None:
    assert told_policy({**WALL, "first_response": written}, NOW).first_response == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("field", "written", "reason", "about"),
    [
        ("counts", "never", "counts_unknown", "never"),
        ("first_response", "soon", "length_unread", "soon"),
        ("first_response", "", "length_unread", ""),
        ("first_response", "4 min", "length_short", "5 min"),
        ("resolution", "2001", "length_long", "2000"),
        ("resolution", "1", "resolution_first", ""),
        ("follow_up", "23:59", "length_short", "24"),
        ("zone", "Mars/Olympus", "zone_unknown", "Mars/Olympus"),
        ("country", "XX", "country_unknown", "XX"),
        ("tuesday", "9", "hours_unread", "9"),
        ("on_makeup_days", "9-12,11-13", "hours_overlap", "09:00-12:00,11:00-13:00"),
        ("days", "soon", "day_unread", "soon"),
    ],
)
def test_each_field_says_what_is_wrong(field: str, written: str, reason: str, about: str) -> None:
    assert refused({**OPEN, field: written}) == [(field, reason, about)]


def test_all_that_is_wrong_is_told_at_once() -> None:
    wrong = {"resolution": "x", "zone": "x", "monday": "x", "friday": "x", "days": "x"}
    assert [field for field, _, _ in refused({**OPEN, **wrong})] == [
        "resolution",
        "zone",
        "monday",
        "friday",
        "days",
    ]


def test_hours_are_not_looked_at_by_the_wall_clock() -> None:
    assert told_policy({**WALL, "monday": "x", "zone": "x"}, NOW) == SlaPolicy()


def test_hours_that_never_come_or_hardly_ever_are_refused() -> None:
    closed = {**OPEN, **dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "")}
    assert refused(closed) == [("monday", "never_open", "")]
    rarely = {**closed, "monday": "09:00-09:30"}
    assert refused(rarely) == [("resolution", "hours_too_few", ""), ("follow_up", "hours_too_few", "")]
