"""The hours of a day, as people write them."""

import pytest

from app.domain.periods import PeriodsUnread, periods, said


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("", ""),
        ("9-18", "09:00-18:00"),
        ("９：００～１２：００、１３：００至１８：００", "09:00-12:00,13:00-18:00"),
        ("13:00-18:00; 09:00 to 12:00", "09:00-12:00,13:00-18:00"),
        ("00:00-24:00", "00:00-24:00"),
        ("20:00-24:00", "20:00-24:00"),
        ("22:00-次日06:00", "22:00-06:00"),
        ("12:00-12:30 12:30-13:00", "12:00-12:30,12:30-13:00"),
    ],
)
def test_is_kept_in_one_form_that_reads_the_same(written: str, kept: str) -> None:
    assert said(periods(written)) == kept
    assert periods(kept) == periods(written)


@pytest.mark.parametrize(
    ("written", "reason", "about"),
    [
        ("late", "hours_unread", "late"),
        ("09:00", "hours_unread", "09:00"),
        ("09:60-10:00", "hours_unread", "09:60-10:00"),
        ("24:00-06:00", "hours_unread", "24:00-06:00"),
        ("09:00-25:00", "hours_unread", "09:00-25:00"),
        ("09:00-12:00,", "hours_unread", ""),
        ("09:00-09:00", "hours_empty", "09:00-09:00"),
        ("09:00-12:00,11:00-14:00", "hours_overlap", "09:00-12:00,11:00-14:00"),
    ],
)
def test_what_cannot_be_read_says_which_part(written: str, reason: str, about: str) -> None:
    with pytest.raises(PeriodsUnread) as refused:
        periods(written)
    assert (refused.value.reason, refused.value.about) == (reason, about)
