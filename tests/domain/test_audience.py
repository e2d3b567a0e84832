"""Which class of customer somebody is."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.audience import audience_of

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def days_ago(days: float | None) -> datetime | None:
    return None if days is None else NOW - timedelta(days=days)


@pytest.mark.parametrize(
    ("consent", "order", "interaction", "expected"),
    [
        (29.9, 5, 5, "new"),
        (30, 5, 5, "active"),
        (30, 91, 91, "other"),
        (400, 90, 90, "active"),
        (400, 200, 181, "other"),
        (400, 200, 182, "dormant"),
        (181, None, None, "prospect"),
        (182, None, None, "dormant"),
        (181, None, 5, "prospect"),
        (None, None, None, "prospect"),
        (None, None, 400, "dormant"),
    ],
)
def test_the_first_class_that_fits_counts(consent, order, interaction, expected):
    assert audience_of(days_ago(consent), days_ago(order), days_ago(interaction), NOW) == expected


@pytest.mark.parametrize("tag", ["trade", "同行"])
def test_who_is_of_the_trade_is_that_before_all_else(tag):
    assert audience_of(NOW, NOW, NOW, NOW, tags=["vip", tag]) == "trade"
    assert audience_of(NOW, NOW, NOW, NOW, tags=["vip"]) == "new"
