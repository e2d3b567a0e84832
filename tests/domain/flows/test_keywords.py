"""Keywords: folded alike, longest first, Latin words whole."""

import pytest

from app.domain.flows.keywords import KeywordTable
from tests.domain.flows.flow_making import a_flow


def a_table(**flows):
    steps = {"end_here": {"do": "finish", "outcome": "done"}}
    return KeywordTable.build(
        a_flow(
            steps,
            name=name,
            triggers=[{"trigger": "keyword", "mode": mode, "words": words} for mode, words in t],
        )
        for name, t in flows.items()
    )


TABLE = a_table(
    hours=[("whole", ["营业时间", "HOURS"]), ("contains", ["停车"])],
    fee=[("contains", ["停车费", "fee"])],
    order=[("first_word", ["订单", "order"])],
)


@pytest.mark.parametrize(
    ("text", "flow"),
    [
        ("营业时间", "hours"),
        ("營業時間？", "hours"),
        ("“ＨＯＵＲＳ”", "hours"),
        ("hours!!", "hours"),
        ("订单 A1024", "order"),
        ("訂單，到哪了", "order"),
        ("Order 77", "order"),
        ("请问停车方便吗", "hours"),
        ("停车费多少", "fee"),
        ("what is the FEE?", "fee"),
    ],
)
def test_finds(text, flow):
    found = TABLE.match(text)
    assert found is not None
    assert found[0] == flow


@pytest.mark.parametrize("text", ["", "?", "coffee", "orders", "订单号", "我的 订单", "opening hours please"])
def test_does_not_find(text):
    assert TABLE.match(text) is None


def test_only_the_modes_asked_for():
    assert TABLE.match("停车方便吗", ("whole", "first_word")) is None
    assert TABLE.match("停车方便吗", ("contains",)) == ("hours", "停车")


def test_the_earlier_flow_keeps_a_word_that_two_claim():
    table = a_table(a=[("whole", ["x1"])], b=[("whole", ["X1"])])
    assert table.match("x1") == ("a", "x1")


def test_an_empty_table_finds_nothing():
    assert KeywordTable.build([]).match("营业时间") is None
