"""Hours as people type them: read leniently, kept in one form, and never wider than the law's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.own_hours import (
    LAW,
    MARKETING,
    SERVICE,
    HoursRefused,
    check_they_meet,
    check_within,
    own_hours,
    said,
)
from app.domain.windows import narrowed, windows

MINUTES = st.integers(0, 24 * 60 - 1)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("", ""),
        ("  ", ""),
        ("10:00-20:00", "10:00-20:00"),
        ("9:00-12:30", "09:00-12:30"),
        ("9-12", "09:00-12:00"),
        ("１０：００－１１：３０，１５：００～１７：００", "10:00-11:30,15:00-17:00"),
        ("15:00至17:00、10:00到11:30", "10:00-11:30,15:00-17:00"),
        ("10:00 – 11:30; 15:00—17:00", "10:00-11:30,15:00-17:00"),
        ("10:00 to 11:30 15:00 TO 17:00", "10:00-11:30,15:00-17:00"),
        ("08:00-21:00", "08:00-21:00"),
    ],
)
def test_hours_are_read_as_people_type_them(written: str, kept: str) -> None:
    assert own_hours(MARKETING, written) == kept


@pytest.mark.parametrize(
    ("field", "written", "reason"),
    [
        (MARKETING, "late", "hours_unread"),
        (MARKETING, "10:00", "hours_unread"),
        (MARKETING, "10:00-25:00", "hours_unread"),
        (MARKETING, "10:00-20:60", "hours_unread"),
        (MARKETING, "10:00-20:00,", "hours_unread"),
        (MARKETING, ",", "hours_unread"),
        (MARKETING, "10:00+08:00-20:00", "hours_unread"),
        (MARKETING, "10:00-12:00-14:00", "hours_unread"),
        (MARKETING, "18:00-09:00", "hours_end_first"),
        (MARKETING, "10:00-10:00", "hours_end_first"),
        (MARKETING, "07:59-20:00", "hours_beyond_law"),
        (MARKETING, "10:00-11:00,20:00-21:01", "hours_beyond_law"),
        (SERVICE, "08:00-10:00,12:00-14:00", "hours_not_one"),
    ],
)
def test_what_cannot_be_kept_says_why(field: str, written: str, reason: str) -> None:
    with pytest.raises(HoursRefused) as refused:
        own_hours(field, written)
    assert (refused.value.field, refused.value.reason) == (field, reason)


def test_service_messages_may_go_beyond_the_hours_of_marketing() -> None:
    assert own_hours(SERVICE, "7-22") == "07:00-22:00"


@given(MINUTES, MINUTES)
def test_no_hours_for_marketing_are_kept_that_the_law_does_not_leave(start: int, end: int) -> None:
    written = f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"
    try:
        kept = own_hours(MARKETING, written)
    except HoursRefused:
        assert start >= end or start < 8 * 60 or end > 21 * 60
    else:
        assert kept == written
        assert narrowed(windows(kept), (LAW,)) == windows(kept)


def test_hours_that_miss_those_of_the_industry_are_refused() -> None:
    retail = windows("10:00-11:30,15:00-17:30")
    check_they_meet("", retail)
    check_they_meet("11:00-15:00", retail)
    with pytest.raises(HoursRefused) as refused:
        check_they_meet("12:00-14:00", retail)
    assert (refused.value.reason, refused.value.about) == ("hours_never_meet", said(retail))


@pytest.mark.parametrize("own", ["", "09:00-20:00", "08:00-12:00,14:00-20:00"])
def test_a_channels_hours_inside_its_providers_may_be_set(own: str) -> None:
    check_within(own, "08:00-20:00")


@pytest.mark.parametrize("own", ["07:59-12:00", "10:00-20:01", "09:00-10:00,19:00-21:00"])
def test_a_channels_hours_beyond_its_providers_are_refused(own: str) -> None:
    with pytest.raises(HoursRefused) as refused:
        check_within(own, "08:00-20:00")
    told = refused.value
    assert (told.field, told.reason, told.about) == (MARKETING, "hours_beyond_provider", "08:00-20:00")
