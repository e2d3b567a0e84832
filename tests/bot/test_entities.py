"""The rules that find order numbers, times, amounts, coupon codes and phone numbers."""

from itertools import pairwise

import pytest

from bot.entities import find_entities


def found(text: str) -> list[tuple[str, str]]:
    return [(entity.kind, entity.value) for entity in find_entities(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("明晚六点四位", [("datetime", "明晚六点")]),
        ("改到周五", [("datetime", "周五")]),
        ("下周二下午3点半", [("datetime", "下周二下午3点半")]),
        ("改到十二月二号", [("datetime", "十二月二号")]),
        ("12/24 19:00 6位", [("datetime", "12/24 19:00")]),
        ("tomorrow at 6:30 pm, 4 ppl", [("datetime", "tomorrow at 6:30 pm")]),
        ("table for two at 7pm", [("datetime", "7pm")]),
        ("订单号88213344申请退货", [("order_number", "88213344")]),
        ("尾号3321的订单", [("order_number", "3321")]),
        ("SF1234567890到哪了", [("order_number", "SF1234567890")]),
        ("any news about order #4471", [("order_number", "4471")]),
        ("优惠码SAVE20还能用吗", [("coupon_code", "SAVE20")]),
        ("how do I use code SPRING15", [("coupon_code", "SPRING15")]),
        ("满300减50", [("amount", "300"), ("amount", "50")]),
        ("多扣了我二十块", [("amount", "二十块")]),
        ("$15.50 please", [("amount", "$15.50")]),
        ("打我电话13700001111", [("phone", "13700001111")]),
        ("打我電話１３７００００１１１１", [("phone", "13700001111")]),
        ("call me at 2125551234", [("phone", "2125551234")]),
        ("646 555 0182", [("phone", "646 555 0182")]),
    ],
)
def test_finds(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "T恤还有吗",
        "一点都不好",
        "good morning",
        "早",
        "几点开门",
        "order arrived damaged",
        "sat on the sofa",
        "1",
        "",
    ],
)
def test_finds_nothing_in(text: str) -> None:
    assert found(text) == []


def test_places_are_those_of_the_text_as_it_was_sent() -> None:
    text = "请改到　周五，订单号：１２３４５６"
    assert [(text[entity.start : entity.end], entity.value) for entity in find_entities(text)] == [
        ("周五", "周五"),
        ("１２３４５６", "123456"),
    ]


def test_no_two_entities_overlap() -> None:
    entities = find_entities("订单号13700001111，明天下午3点前打13800138000，退我200元，code SAVE20")
    assert all(first.end <= second.start for first, second in pairwise(entities))
    assert [entity.kind for entity in entities] == [
        "order_number",
        "datetime",
        "phone",
        "amount",
        "coupon_code",
    ]
