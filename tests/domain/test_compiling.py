"""One message compiled for a channel: what was changed, and why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.compiling import CODES, Change, changes
from app.domain.composing import BrandIdentity, compose
from app.domain.purpose import Purpose
from app.reads.change_words import CHANGES
from tests.domain.rule_data import shipped

BRAND = BrandIdentity(name="Acme", signature="爱客")
STYLES = ["mainland", "north_america", "international"]


def compiled(
    text: str, style: str = "mainland", purpose: Purpose = Purpose.MARKETING, **provider: bool
) -> tuple[str, list[Change]]:
    kind = shipped().channel_style(style)
    language = "zh" if style == "mainland" else "en"
    composed = compose(text, purpose, kind, BRAND, language, **provider)
    return composed.text, list(changes(text, composed, purpose, kind, BRAND, **provider))


@pytest.mark.parametrize(
    ("written", "sent", "change"),
    [
        ("★新品★", "*新品*", Change("written_otherwise", "★")),
        ("新品🎂上架👨‍👩‍👧", "新品上架", Change("emoji_left_out", "🎂👨‍👩👧")),
        ("謝謝惠顧", "谢谢惠顾", Change("simplified", "謝顧")),
        ("【限时】新品", "限时｜新品", Change("brackets_rewritten", "【】")),
        ("新品\x00上架", "新品上架", Change("cleaned", "\x00")),
    ],
)
def test_what_the_mainland_refuses_is_written_otherwise_and_told(
    written: str, sent: str, change: Change
) -> None:
    text, told = compiled(written)
    assert text == f"【爱客】{sent} 退订回T"
    assert [one.code for one in told] == [change.code, "signature_added", "opt_out_added"]
    if change.code != "emoji_left_out":
        assert told[0] == change


def test_signature_and_opt_out_wording_are_moved_to_their_places() -> None:
    text, told = compiled("新品上架，退订回TD【爱客】")
    assert text == "【爱客】新品上架 退订回T"
    assert [one.code for one in told] == ["signature_moved", "opt_out_moved"]


def test_what_the_provider_adds_is_told() -> None:
    added = {"provider_adds_signature": True, "provider_adds_opt_out": True}
    text, told = compiled("新品上架", **added)
    assert text == "新品上架"
    assert told == [Change("signature_by_provider"), Change("opt_out_by_provider", "R")]


def test_elsewhere_emoji_and_stars_stay_and_what_they_cost_is_told() -> None:
    text, told = compiled("It’s new ★ 🎂", "north_america", Purpose.REPLY)
    assert text == "Acme: It’s new ★ 🎂"
    assert told == [Change("signature_added"), Change("wide_encoding", "’★🎂")]
    assert compiled("It's new", "north_america", Purpose.REPLY)[1] == [Change("signature_added")]


@given(st.text(max_size=60), st.sampled_from(STYLES), st.sampled_from(list(Purpose)))
def test_every_change_has_words_and_composing_again_changes_nothing_more(
    text: str, style: str, purpose: Purpose
) -> None:
    sent, told = compiled(text, style, purpose)
    assert {one.code for one in told} <= CODES
    again = {one.code for one in compiled(sent, style, purpose)[1]}
    assert not again & {"simplified", "written_otherwise", "emoji_left_out", "cleaned"}


def test_every_change_is_said_in_both_languages() -> None:
    assert set(CHANGES) == CODES
    assert all(zh and en for zh, en in CHANGES.values())
