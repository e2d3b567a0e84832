"""What one text alone is taken for: rules, keywords, then the model's word with the two bands of opting out."""

import pytest

from app.domain.routing import SURE_OPT_OUT, Understood
from app.domain.whole_reading import OptOut, Reading, by_model, by_rule
from app.language_model import shipped_rules

RULES = shipped_rules()


def understood(intent: str, confidence: float, **others: float) -> Understood:
    return Understood(intent, confidence, {intent: confidence, **others})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("退订谢谢", Reading("opt_out", OptOut.SURE, "rule")),
        ("别再给我发了", Reading("opt_out", OptOut.SURE, "rule")),
        ("START", Reading("opt_in", OptOut.NO, "rule")),
        ("   ", Reading("out_of_scope", OptOut.NO, "rule")),
        ("转人工", Reading("human_agent", OptOut.NO, "keyword")),
    ],
)
def test_rules_and_keywords_come_first(text: str, expected: Reading) -> None:
    assert by_rule(text, RULES) == expected


@pytest.mark.parametrize("text", ["取消周五的预约", "你们的蛋糕是坏的", "don't stop"])
def test_what_rules_cannot_tell_is_left_to_the_model(text: str) -> None:
    assert by_rule(text, RULES) is None


def test_the_model_opts_out_when_sure_and_asks_when_not() -> None:
    sure = understood("opt_out", SURE_OPT_OUT)
    assert by_model("算了吧", sure, RULES) == Reading("opt_out", OptOut.SURE, "model")
    unsure = understood("opt_out", SURE_OPT_OUT - 0.01)
    assert by_model("算了吧", unsure, RULES) == Reading("opt_out", OptOut.ASKED, "model")
    second = understood("deny", 0.5, opt_out=0.4)
    assert by_model("算了吧", second, RULES) == Reading("deny", OptOut.ASKED, "model")


def test_an_auto_reply_is_out_of_scope_whatever_it_means_but_an_opt_out() -> None:
    text = "会议中，稍后回复您"
    assert by_rule(text, RULES) is None
    assert by_model(text, understood("complaint", 0.9), RULES) == Reading("out_of_scope", OptOut.NO, "rule")
    assert by_model(text, understood("opt_out", 0.9), RULES) == Reading("opt_out", OptOut.SURE, "model")


def test_what_the_model_does_not_understand_is_clarified() -> None:
    assert by_model("嗯嗯啊", understood("deny", 0.2), RULES) == Reading("deny", OptOut.NO, "model", True)


@pytest.mark.parametrize(
    ("text", "last", "expected"),
    [
        ("妥", "您的快递今天送到，方便签收吗？", Reading("confirm", OptOut.NO, "context")),
        ("R", "新品上架，回R退订", Reading("opt_out", OptOut.SURE, "rule")),
        ("转人工", "方便签收吗？", Reading("human_agent", OptOut.NO, "keyword")),
        ("会议中，稍后回复您", "方便签收吗？", None),
        ("妥", "", None),
    ],
)
def test_what_was_sent_before_is_read_after_the_rules(text: str, last: str, expected: Reading | None) -> None:
    assert by_rule(text, RULES, last) == expected
