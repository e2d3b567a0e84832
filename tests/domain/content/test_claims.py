"""Reading promises out of a text: the same promise in one form, and nothing where nothing is promised."""

import time
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.content.claims import Kind, _read, claims_in, is_day
from app.domain.text import fold


def read(text: str) -> set[tuple[str, str]]:
    return {(claim.kind.value, claim.value) for claim in claims_in(fold(text))}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("满100减20券", "20 off 100"),
        ("满 100 元 立减 20 元", "20 off 100"),
        ("满１００减２０", "20 off 100"),
        ("$20 off orders over $100", "20 off 100"),
        ("全场8.5折", "85"),
        ("八五折起", "85"),
        ("15% off", "85"),
        ("Save 15%", "85"),
        ("七折", "70"),
        ("第二件半价", "50"),
        ("half price", "50"),
        ("立减20元", "20 off"),
        ("$5 off", "5 off"),
        ("200元无门槛券已放入账户", "200 off"),
        ("买一送一", "buy 1 get 1"),
        ("Buy one get one free", "buy 1 get 1"),
        ("享双倍积分", "2 times points"),
        ("double points", "2 times points"),
    ],
)
def test_one_discount_has_one_form(text: str, value: str) -> None:
    assert read(text) == {("discount", value)}


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("仅需9.90元", {("price", "9.9")}),
        ("￥1,299.00", {("price", "1299")}),
        ("USD 5", {("price", "5")}),
        ("到手价99", {("price", "99")}),
        ("限量100份", {("quantity", "100")}),
        ("前100名到店有礼", {("quantity", "100")}),
        ("only 20 left", {("quantity", "20")}),
        ("截至8月18日", {("deadline", "8-18")}),
        ("8月18日前有效", {("deadline", "8-18")}),
        ("8月18日24:00截止", {("deadline", "8-18")}),
        ("until 18 Aug", {("deadline", "8-18")}),
        ("ends on August 18th", {("deadline", "8-18")}),
        ("有效期至2026-08-18", {("deadline", "2026-8-18")}),
        ("截止8.18", {("deadline", "8-18")}),
        ("8月18日至8月20日", {("day", "8-18"), ("deadline", "8-20")}),
        ("最后一天", {("days", "0-0")}),
        ("今晚截止", {("days", "0-0")}),
        ("还剩3天", {("days", "2-3")}),
        ("最后3小时", {("hours", "3")}),
        ("原价199元，到手价99，立减100", {("price", "199"), ("price", "99"), ("discount", "100 off")}),
    ],
)
def test_prices_quantities_and_deadlines_are_read(text: str, claims: set[tuple[str, str]]) -> None:
    assert read(text) == claims


@pytest.mark.parametrize(
    "text",
    [
        "最近上新三款蛋糕，回复1预约，400-820-0001",
        "每人限2件",
        "3折页宣传册",
        "12元旦见",
        "五一快乐",
        "营业到22:00",
        "请到二楼",
        "今天有雨，记得带伞",
        "3步完成",
        "we open at 9",
        "reply 1 to book",
        "订单A1024已发货",
    ],
)
def test_what_promises_nothing_is_no_claim(text: str) -> None:
    assert read(text) == set()


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text_is_read_and_a_full_stop_parts_two_promises(one: str, other: str) -> None:
    together = claims_in(fold(one) + "。 " + fold(other))
    assert set(together) == set(claims_in(fold(one))) | set(claims_in(fold(other)))


@given(st.integers(1, 9999), st.integers(1, 9999), st.sampled_from(["", " ", "元", " 元"]))
def test_blanks_and_units_change_no_threshold(least: int, less: int, unit: str) -> None:
    assert read(f"满{least}{unit}减{less}元") == {("discount", f"{less} off {least}")}


def test_a_day_without_a_year_is_of_any_year() -> None:
    assert is_day("8-18", date(2026, 8, 18))
    assert is_day("2026-8-18", date(2026, 8, 18))
    assert not is_day("2025-8-18", date(2026, 8, 18))
    assert {claim.kind for claim in claims_in("8月18日")} == {Kind.DAY}


@pytest.mark.parametrize(
    "made",
    [
        lambda length: "1" * length,
        lambda length: "1,111" * (length // 5),
        lambda length: "1" + " " * length + "x",
        lambda length: "满" + " " * length + "100",
        lambda length: "1 年" * (length // 3),
    ],
)
def test_a_text_of_numbers_takes_no_longer_than_its_length(made: Callable[[int], str]) -> None:
    """Eight times the length: linear work takes 8 times as long, quadratic work 64 times."""

    def takes(length: int) -> float:
        times = []
        for _ in range(3):
            _read.cache_clear()
            begun = time.process_time()
            claims_in(made(length))
            times.append(time.process_time() - begun)
        return min(times)

    short = takes(4_000)
    assert takes(32_000) < 32 * max(short, 0.005)
