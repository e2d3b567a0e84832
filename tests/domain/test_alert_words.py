"""What staff read in a warning: short, in their language, and nothing about the customer."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.alert_words import CATEGORIES, CLOCKS, Alert, body, payload, short, span, subject
from app.domain.sla import Clock

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
LINK = "https://sms.shop.example/inbox/demo/1"
ALERT = Alert(
    brand="燕子面包",
    brand_code="demo",
    number=12,
    kind="service_complaint",
    category="quality",
    clock="first_response",
    percent=80,
    due_at=NOW + timedelta(minutes=24),
    met_at=None,
    zone="Asia/Shanghai",
    link=LINK,
)
LATE = replace(ALERT, percent=100, clock="resolution", due_at=NOW - timedelta(hours=1, minutes=5))


def test_a_text_is_one_line() -> None:
    assert short(ALERT, "zh", NOW) == f"投诉#12（质量）：首次响应时限已用80%，还剩24分钟。{LINK}"
    assert short(ALERT, "en", NOW) == (
        f"Complaint #12 (quality): 80% of the time for first response is used, 24 min left. {LINK}"
    )
    assert short(LATE, "zh", NOW) == f"投诉#12（质量）：解决已超时1小时5分钟。{LINK}"
    assert short(LATE, "en", NOW) == f"Complaint #12 (quality): resolution late by 1 h 5 min. {LINK}"


def test_a_mail_names_brand_and_deadline_on_the_brands_clock() -> None:
    assert subject(LATE, "en") == "Complaint #12 (quality): resolution is overdue"
    text = body(ALERT, "zh", NOW)
    assert text.splitlines() == [
        "燕子面包：投诉#12（质量）：首次响应时限已用80%。",
        "截止时间：2026-11-23 12:24（还剩24分钟）",
        "",
        LINK,
    ]
    assert "late by 1 h 5 min" in body(LATE, "en", NOW)


def test_what_has_been_done_meanwhile_is_told_as_done() -> None:
    done = replace(LATE, met_at=NOW)
    assert "（已完成）" in body(done, "zh", NOW)
    assert "done by now" in short(done, "en", NOW)


@pytest.mark.parametrize(
    ("minutes", "zh", "en"),
    [(0, "0分钟", "0 min"), (59, "59分钟", "59 min"), (60, "1小时", "1 h"), (125, "2小时5分钟", "2 h 5 min")],
)
def test_a_length_of_time_is_told_in_hours_and_minutes(minutes: int, zh: str, en: str) -> None:
    time = timedelta(minutes=minutes, seconds=30)
    assert (span(time, "zh"), span(time, "en")) == (zh, en)


def test_a_program_is_told_the_same() -> None:
    told = payload(LATE, "n1", NOW)
    assert (told["type"], told["seconds_left"], told["brand"]) == ("complaint.overdue", -3900, "demo")
    assert payload(ALERT, "n1", NOW)["complaint"] == {
        "number": 12,
        "kind": "service_complaint",
        "category": "quality",
    }


def test_every_clock_has_words_and_a_category_of_the_brands_own_stands_as_it_is() -> None:
    assert set(CLOCKS) == set(Clock)
    assert all({"zh", "en"} == set(words) for words in (*CLOCKS.values(), *CATEGORIES.values()))
    assert "（发霉）" in subject(replace(ALERT, category="发霉"), "zh")
