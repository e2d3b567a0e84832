"""What a text that opts out says beside, and which complaints are heard in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.beside_opt_out import LIKELY, MESSAGES, SERVICE, SURE, complaint_beside, rest_of


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("蛋糕是坏的，别再给我发短信了", "蛋糕是坏的"),
        ("別再給我發短信了，蛋糕是壞的", "蛋糕是坏的"),
        ("等了两小时没人管，烦死了，退订", "等了两小时没人管"),
        ("stop texting me, and my order never came", "my order never came"),
        ("Stop texting me and my order never came", "my order never came"),
        ("unsubscribe, service was terrible", "service was terrible"),
        ("退订谢谢", ""),
        ("别再给我发短信了，天天发，有完没完", ""),
        ("我搬家了，退订", ""),
        ("please take me off your list, I'm not interested", ""),
        ("stop it, you are annoying", ""),
        ("会议中，稍后回复，请勿发送短信", ""),
    ],
)
def test_the_rest_is_what_speaks_neither_of_messages_nor_of_annoyance(text: str, rest: str) -> None:
    assert rest_of(text) == rest


@pytest.mark.parametrize(
    "text",
    [
        "投诉！退订",
        "再发我就投诉你们",
        "别再发了，再发我去工信部投诉",
        "已举报12321，停止发送",
        "I will report you to the ICO if you message me again",
        "my lawyer says one more and we sue, remove me",
    ],
)
def test_who_names_complaining_complains_of_the_messages(text: str) -> None:
    assert complaint_beside(text) == MESSAGES


@pytest.mark.parametrize(
    "text",
    [
        "退订",
        "别发了烦死了",
        "烦不烦啊天天发",
        "不是投诉，就是别再发短信了",
        "stop spamming me",
        "STOP!!!",
        "别发了，滚",
    ],
)
def test_annoyance_is_no_complaint(text: str) -> None:
    assert complaint_beside(text) is None


def test_of_goods_and_service_the_model_tells() -> None:
    text = "蛋糕是坏的，别再给我发短信了"
    assert complaint_beside(text, {"complaint": SURE, "abuse": 0.3}) == SERVICE
    assert complaint_beside(text, {"complaint": SURE - 0.01, "abuse": 0.3}) is None
    assert complaint_beside(text, {"opt_out": 0.7, "complaint": 0.6}) is None
    assert complaint_beside("蛋糕是坏的，再发我就投诉", {"complaint": 0.9}) == SERVICE


def test_in_one_clause_the_whole_reading_counts_where_goods_are_named() -> None:
    whole = {"complaint": LIKELY, "opt_out": 0.4}
    assert complaint_beside("服务这么差还天天发短信", None, whole) == SERVICE
    assert complaint_beside("你们发太多了吧", None, whole) is None
    assert complaint_beside("服务这么差还天天发短信", None, {"complaint": 0.4, "opt_out": 0.5}) is None


@given(
    st.text(max_size=80), st.dictionaries(st.sampled_from(["complaint", "opt_out", "abuse"]), st.floats(0, 1))
)
def test_no_text_is_too_odd_and_no_rest_is_more_than_the_text(text: str, ranking: dict[str, float]) -> None:
    assert complaint_beside(text, ranking, ranking) in (None, SERVICE, MESSAGES)
    assert rest_of(rest_of(text)) == "" or len(rest_of(rest_of(text))) <= len(rest_of(text))
