"""What a phone gets: signature, opt-out wording, reserved brackets, parts."""

import pytest

from app.domain.composing import BrandIdentity, Composed, compose, offered_in
from app.domain.purpose import Purpose
from tests.domain.rule_data import shipped

BRAND = BrandIdentity(name="Acme", signature="爱客")


def composed(
    text: str,
    purpose: Purpose = Purpose.MARKETING,
    style: str = "mainland",
    language: str = "zh",
    adds_signature: bool = False,
    adds_opt_out: bool = False,
) -> Composed:
    return compose(
        text,
        purpose,
        shipped().channel_style(style),
        BRAND,
        language,
        provider_adds_signature=adds_signature,
        provider_adds_opt_out=adds_opt_out,
    )


@pytest.mark.parametrize(
    "written",
    [
        "新品上市",
        "【爱客】新品上市",
        "新品上市【爱客】",
        "【爱客】 【爱客】新品上市",
        "新品上市，退订回T",
        "新品上市 拒收请回复R",
        "新品上市，回T退订",
        "【爱客】新品上市 退订回T 退订回T",
        "  新品上市  ",
        "新品上市\x00",
    ],
)
def test_marketing_is_signed_and_ends_with_the_wording_once(written: str) -> None:
    assert composed(written).text == "【爱客】新品上市 退订回T"


@pytest.mark.parametrize(
    "written",
    [
        "New cakes!",
        "Acme: New cakes!",
        "New cakes! Reply STOP to opt out",
        "[Acme] New cakes! Txt STOP to end.",
    ],
)
def test_english_marketing(written: str) -> None:
    text = composed(written, style="north_america", language="en")
    assert text == Composed("Acme: New cakes! Reply STOP to opt out", 1, "gsm7", "STOP")


def test_what_the_provider_adds_is_counted_and_not_written() -> None:
    body = "中" * 60
    own = composed(body)
    assert (own.parts, own.offered) == (1, "T")
    added = composed(body, adds_signature=True, adds_opt_out=True)
    assert added == Composed(body, 2, "ucs2", "R")


def test_a_reply_is_signed_and_promises_only_what_it_says() -> None:
    assert composed("九点开门", Purpose.REPLY).text == "【爱客】九点开门"
    assert composed("九点开门", Purpose.REPLY).offered is None
    assert composed("欢迎！退订回T", Purpose.REPLY).offered == "T"
    assert composed("We open at 9", Purpose.REPLY, "international", "en").text == "Acme: We open at 9"


def test_brackets_are_the_signatures_alone_on_the_mainland() -> None:
    assert composed("【限时】蛋糕半价", Purpose.REPLY).text == "【爱客】限时｜蛋糕半价"
    assert composed("a】b【c", Purpose.REPLY).text == "【爱客】a｜bc"
    assert composed("【限时】蛋糕半价", Purpose.REPLY, "north_america").text == "【爱客】【限时】蛋糕半价"


def test_mainland_answers_are_simplified() -> None:
    assert composed("謝謝", Purpose.REPLY).text == "【爱客】谢谢"
    assert composed("謝謝", Purpose.REPLY, "international").text == "【爱客】謝謝"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("退订回T", "T"),
        ("拒收请回复R", "R"),
        ("回TD退订", "TD"),
        ("Reply STOP to opt out", "STOP"),
        ("STOP to end", "STOP"),
        ("退订回N", "N"),
        ("回复1订座", None),
        ("Reply Y to confirm", None),
        ("退订请致电", None),
    ],
)
def test_hears_the_promise_of_a_text(text: str, word: str | None) -> None:
    assert offered_in(text) == word
