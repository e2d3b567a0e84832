"""Needs that show in texts: what is heard, and what is none of the customer's."""

import pytest

from app.domain.needs import Needs
from tests.domain.rule_data import shipped


def needs() -> Needs:
    return shipped().needs


HEARD = [(text, row.tag) for row in shipped().needs.rows.values() for text in row.heard_in]
NOT_HEARD = [(text, row.tag) for row in shipped().needs.rows.values() for text in row.not_heard_in]


def test_there_are_enough_needs_each_with_examples() -> None:
    assert len(needs().rows) >= 15
    assert all(len(row.heard_in) >= 2 and len(row.not_heard_in) >= 2 for row in needs().rows.values())


@pytest.mark.parametrize(("text", "tag"), HEARD)
def test_a_need_is_heard(text: str, tag: str) -> None:
    assert tag in needs().found(text)


@pytest.mark.parametrize(("text", "tag"), NOT_HEARD)
def test_what_only_sounds_like_it_is_not(text: str, tag: str) -> None:
    assert tag not in needs().found(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "明天六点四位",
        "【某家】搬家找我们 退订回T",
        "他说“我要搬家”",
        'she wrote "moving house"',
        "搬家 http://a.cn",
    ],
)
def test_nothing_is_heard_in_quotations_and_advertisements(text: str) -> None:
    assert needs().found(text) == ()


def test_a_disguise_and_several_needs_are_seen_through() -> None:
    assert needs().found("下个月搬 家，顺便裝修") == ("need:moving_house", "need:renovation")
