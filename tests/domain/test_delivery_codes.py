"""Delivery codes and what becomes of a number."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.delivery_codes import after_receipt, kind_of
from tests.domain.rule_data import shipped

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("table", "code", "kind"),
    [
        ("twilio", "30006", "dead"),
        ("twilio", "30005", "suspended_candidate"),
        ("twilio", "21610", "opt_out"),
        ("twilio", "30003", "temporary"),
        ("twilio", "30007", "other"),
        ("twilio", "99999", "other"),
        ("twilio", None, "other"),
        ("cmpp", "MK:0001", "dead"),
        ("cmpp", " mk:0001 ", "dead"),
        ("cmpp", "MK:0005", "suspended_candidate"),
        ("cmpp", "MI:0073", "dead"),
        ("cmpp", "MI:4711", "temporary"),
        ("cmpp", "MBBLACK", "opt_out"),
        ("cmpp", "MA:0001", "other"),
        ("alibaba", "isv.BLACK_KEY_CONTROL_LIMIT", "opt_out"),
        ("alibaba", "isv.BUSINESS_LIMIT_CONTROL", "other"),
        ("smpp_map", "1", "dead"),
        ("smpp_twilio", "001", "temporary"),
        ("nobody", "1", "other"),
        ("", "1", "other"),
    ],
)
def test_kinds(table: str, code: str | None, kind: str) -> None:
    assert kind_of(shipped().delivery_codes, table, code) == kind


def test_an_empty_number_is_dead_at_once() -> None:
    assert after_receipt("verified", "dead", None, NOW) == "dead"


def test_two_hits_a_day_apart_suspend() -> None:
    assert after_receipt("verified", "suspended_candidate", NOW - DAY * 30, NOW) == "doubtful"
    assert (
        after_receipt("doubtful", "suspended_candidate", NOW - DAY + timedelta(seconds=1), NOW) == "doubtful"
    )
    assert after_receipt("doubtful", "suspended_candidate", NOW - DAY, NOW) == "suspended"


def test_a_sign_of_life_clears_everything() -> None:
    assert {
        after_receipt(status, "delivered", NOW, NOW)
        for status in ("dead", "suspended", "doubtful", "unknown")
    } == {"verified"}


@pytest.mark.parametrize("status", ["unknown", "verified", "doubtful", "suspended", "dead"])
@pytest.mark.parametrize("kind", ["opt_out", "other"])
def test_what_says_nothing_about_the_number_changes_nothing(status: str, kind: str) -> None:
    assert after_receipt(status, kind, NOW - DAY * 9, NOW) == status


@pytest.mark.parametrize(
    ("status", "becomes"),
    [
        ("unknown", "unreachable"),
        ("verified", "unreachable"),
        ("unreachable", "unreachable"),
        ("doubtful", "doubtful"),
        ("suspended", "suspended"),
        ("dead", "dead"),
        ("reassigned", "reassigned"),
    ],
)
def test_a_phone_that_is_off_is_out_of_reach_for_now(status: str, becomes: str) -> None:
    assert after_receipt(status, "temporary", NOW - DAY, NOW, [NOW - DAY]) == becomes


@pytest.mark.parametrize(
    ("days_ago", "becomes"),
    [
        ([4, 3, 2, 1], "suspended"),
        ([28, 20, 10, 5], "suspended"),
        ([3, 2, 1], "unreachable"),
        ([31, 3, 2, 1], "unreachable"),
        ([0.4, 0.3, 0.2, 0.1], "unreachable"),
        ([3, 2.5, 2, 1.5, 1], "unreachable"),
    ],
)
def test_the_fifth_day_out_of_reach_within_thirty_suspends(days_ago: list[float], becomes: str) -> None:
    missed = [NOW - DAY * ago for ago in days_ago]
    assert after_receipt("unreachable", "temporary", NOW - DAY, NOW, missed) == becomes
    assert after_receipt("verified", "temporary", NOW - DAY, NOW, reversed(missed)) == becomes
