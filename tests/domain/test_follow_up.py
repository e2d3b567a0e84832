"""When customers are asked whether it is solved."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.domain.follow_up import asked_at

SHANGHAI = ZoneInfo("Asia/Shanghai")


def local(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=SHANGHAI).astimezone(UTC)


@pytest.mark.parametrize(
    ("resolved", "asked"),
    [
        ("2026-11-22 15:00", "2026-11-23 15:00"),
        ("2026-11-22 21:00", "2026-11-24 08:00"),
        ("2026-11-22 03:00", "2026-11-23 08:00"),
        ("2026-11-22 08:00", "2026-11-23 08:00"),
        ("2026-11-22 20:59", "2026-11-23 20:59"),
    ],
)
def test_asks_a_day_later_by_day(resolved: str, asked: str) -> None:
    resolved_at = local(resolved)
    assert asked_at(resolved_at, "Asia/Shanghai", resolved_at + timedelta(hours=72)) == local(asked)


@pytest.mark.parametrize(
    ("resolved", "hours", "asked"),
    [
        ("2026-11-22 09:00", 24, "2026-11-22 17:00"),
        ("2026-11-22 13:00", 24, "2026-11-23 08:00"),
        ("2026-11-22 09:00", 48, "2026-11-23 08:00"),
        ("2026-11-22 09:00", 400, "2026-11-23 09:00"),
    ],
)
def test_asks_sooner_where_less_time_is_left(resolved: str, hours: int, asked: str) -> None:
    resolved_at = local(resolved)
    assert asked_at(resolved_at, "Asia/Shanghai", resolved_at + timedelta(hours=hours)) == local(asked)
