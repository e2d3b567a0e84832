"""Rule: no marketing at night in the customer's own time zone."""

from datetime import UTC, datetime, time

import pytest

from app.domain.compliance.decision import ALLOW, Allow, Defer, Refuse
from app.domain.compliance.facts import QuietHours
from app.domain.compliance.rules.quiet_hours import RULE
from app.domain.purpose import Purpose
from tests.domain.compliance.building import a_send, facts, judged


def utc(day: int, hour: int, minute: int = 0, second: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, second, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (utc(22, 0), None),  # 08:00:00
        (utc(21, 23, 59, 59), utc(22, 0)),  # 07:59:59
        (utc(22, 12, 59, 59), None),  # 20:59:59
        (utc(22, 13), utc(23, 0)),  # 21:00:00
        (utc(22, 17), utc(23, 0)),  # 01:00 of the next day
    ],
)
def test_defers_to_next_morning_in_the_customers_zone(now: datetime, until: datetime | None) -> None:
    expected = ALLOW if until is None else Defer(until, "quiet_hours")
    assert judged(RULE, a_send(), facts(), now) == expected


@pytest.mark.parametrize(
    "purpose", [Purpose.REPLY, Purpose.SERVICE, Purpose.OPT_OUT_CONFIRMATION, Purpose.OPT_IN_CONFIRMATION]
)
def test_what_was_asked_for_goes_at_any_hour(purpose: Purpose) -> None:
    assert judged(RULE, a_send(purpose=purpose), facts(timezone=None), utc(22, 17)) is ALLOW


def test_service_keeps_hours_where_the_brand_has_set_them() -> None:
    known = facts(service_hours=QuietHours(time(7), time(23)))
    service = a_send(purpose=Purpose.SERVICE)
    assert judged(RULE, service, known, utc(22, 14)) is ALLOW
    assert judged(RULE, service, known, utc(22, 15)) == Defer(utc(22, 23), "quiet_hours")


def test_a_follow_up_is_asked_by_day() -> None:
    follow_up = a_send(purpose=Purpose.SERVICE, is_follow_up=True)
    assert judged(RULE, follow_up, facts(), utc(22, 14)) == Defer(utc(23, 0), "quiet_hours")


def test_an_unknown_zone_is_the_strictest_of_the_possible() -> None:
    coasts = facts(timezone=None, possible_timezones=("America/New_York", "America/Los_Angeles"))
    assert judged(RULE, a_send(), coasts, utc(22, 15)) == Defer(
        utc(22, 16), "quiet_hours"
    )  # 07:00 in the west
    assert judged(RULE, a_send(), coasts, utc(22, 16)) is ALLOW
    assert judged(RULE, a_send(), coasts, utc(23, 2)) == Defer(
        utc(23, 16), "quiet_hours"
    )  # 21:00 in the east


def test_refuses_without_any_zone_or_window() -> None:
    assert judged(RULE, a_send(), facts(timezone=None)) == Refuse("zone_unknown")
    assert judged(RULE, a_send(), facts(quiet_hours=QuietHours(time(10), time(9)))) == Refuse("no_window")
    narrow = facts(
        timezone=None,
        possible_timezones=("Asia/Shanghai", "America/New_York"),
        quiet_hours=QuietHours(time(10), time(11)),
    )
    assert judged(RULE, a_send(), narrow) == Refuse("no_window")


def test_hours_are_narrowed_never_widened() -> None:
    law, brand = QuietHours(), QuietHours(time(7), time(20))
    assert law.narrowed(brand) == brand.narrowed(law) == QuietHours(time(8), time(20))
    assert law.narrowed(QuietHours(time(21), time(23))).is_closed


def test_the_end_of_a_deferral_is_inside_the_hours() -> None:
    zones = ("Pacific/Auckland", "Asia/Kathmandu", "America/St_Johns", "Europe/London")
    for zone in zones:
        known = facts(timezone=zone)
        for hour in range(24):
            found = judged(RULE, a_send(), known, utc(22, hour, 30))
            if isinstance(found, Defer):
                assert isinstance(judged(RULE, a_send(), known, found.until), Allow)
