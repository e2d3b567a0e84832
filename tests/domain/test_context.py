"""A short reply means what our last message asked or offered, and never an opt-out that the rules do not know."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.context import LONGEST, LastSaid, asks, meant_in_context

BOOKING = "【川小馆】您预约了周五19:00。回复1确认，回复2改期"
OFFER = "【小满】新人礼：50元券，回复 Y 领取，拒收请回复R"
DELIVERY = "您的快递今天送到，方便签收吗？"
SCORE = "请为本次服务打1-5分"
APPOINTMENT = "Reply C to confirm your appointment on 5/12, or R to reschedule. Reply STOP to opt out."
PLAIN = "【小满】新品上架，欢迎选购。拒收请回复R"


def meant(text: str, last: str) -> str | None:
    return meant_in_context(text, LastSaid(last))


@pytest.mark.parametrize(
    ("text", "last", "intent"),
    [
        ("1", BOOKING, "confirm"),
        ("2", BOOKING, "change_booking"),
        ("选2", BOOKING, "change_booking"),
        ("１。", BOOKING, "confirm"),
        ("改期", BOOKING, "change_booking"),
        ("好的", BOOKING, "confirm"),
        ("Y", OFFER, "claim_offer"),
        ("好", OFFER, "claim_offer"),
        ("妥", DELIVERY, "confirm"),
        ("1", DELIVERY, "confirm"),
        ("不方便", DELIVERY, "deny"),
        ("不用了，谢谢", DELIVERY, "deny"),
        ("5", SCORE, "praise"),
        ("1分", SCORE, "complaint"),
        ("3", SCORE, "confirm"),
        ("5", "请为本次服务打分：5非常满意，1非常不满意", "praise"),
        ("1", "请为本次服务打分：1非常满意，5非常不满意", "praise"),
        ("c", APPOINTMENT, "confirm"),
        ("r", APPOINTMENT, "change_booking"),
        ("ok thanks", APPOINTMENT, "confirm"),
        ("Yes!", "Reply YES to claim your free coffee", "claim_offer"),
        ("去不了", "提醒：您今晚19:00有四位预订，期待光临", "change_booking"),
        ("没空", "周六有茶话会，您要参加吗？", "deny"),
        ("收到", "您的包裹已发出", "confirm"),
        ("唔得閒", "聽日下晝三點方便上門嗎？", "deny"),
        ("不取消 我会来的", "您明晚的订位是否保留？", "confirm"),
        ("Don't cancel it, I'll be there", "Are you still coming at 4 today?", "confirm"),
        ("不用退 留着自己穿吧", "您反馈尺码偏大，需要帮您办理退货吗？", "deny"),
        ("no need to return it, it fits now", "Would you like a return label for your order?", "deny"),
        ("人工", "回复1查询余额，回复2转人工客服", None),
        ("2", "回复1查询余额，回复2转人工客服", "human_agent"),
    ],
)
def test_a_short_reply_means_what_was_asked(text: str, last: str, intent: str | None) -> None:
    assert meant(text, last) == intent


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("R", OFFER),
        ("不用", PLAIN),
        ("不要了", PLAIN),
        ("no", "Big sale today. Reply STOP to opt out."),
        ("1", "营销短信已暂停，是想退订吗？回复1停发，回复2继续接收"),
        ("1", "请回复1（停发），或2（继续接收）。"),
        ("停", DELIVERY),
        ("取消", DELIVERY),
        ("1", PLAIN),
        ("3", BOOKING),
        ("好是好，可是什么时候能送到呢", DELIVERY),
        ("蛋糕", DELIVERY),
        ("不取消，改到周六", "您明晚的订位是否保留？"),
        ("不退订", "您明晚的订位是否保留？"),
        ("不取消", PLAIN),
        ("不换了，直接退", "给您换一个可以吗？"),
        ("", DELIVERY),
        ("。。。", DELIVERY),
        ("0", SCORE),
        ("2", "回复1确认订单，回复2取消订单"),
    ],
)
def test_what_is_not_sure_speaks_for_itself(text: str, last: str) -> None:
    assert meant(text, last) is None


def test_without_a_last_message_nothing_is_known() -> None:
    assert meant_in_context("妥", None) is None


@pytest.mark.parametrize(
    ("text", "is_question"), [(DELIVERY, True), (BOOKING, True), (PLAIN, False), (OFFER, True)]
)
def test_to_say_how_one_opts_out_asks_nothing(text: str, is_question: bool) -> None:
    assert asks(LastSaid(text)) is is_question


SAID = st.sampled_from([BOOKING, OFFER, DELIVERY, SCORE, APPOINTMENT, PLAIN]) | st.text(max_size=120)
WORDS = st.sampled_from(
    ["T", "TD", "N", "R", "退订", "STOP", "回T", "QX", "取消", "UNSUBSCRIBE", "不要发了", "别发"]
)
NEVER = ("opt_out", "opt_in")


@given(st.text(max_size=LONGEST + 10) | WORDS, SAID)
def test_no_reply_becomes_an_opt_out_or_an_opt_in(text: str, last: str) -> None:
    assert meant(text, last) not in NEVER


@given(
    WORDS,
    st.sampled_from(
        [
            "回{}退订",
            "回复{}退订",
            "退订回{}",
            "拒收请回复{}",
            "Reply {} to opt out",
            "Reply {} to unsubscribe",
        ]
    ),
)
def test_the_word_that_a_message_offers_to_opt_out_is_never_an_answer(word: str, way_out: str) -> None:
    assert meant(word, f"{DELIVERY}{way_out.format(word)}") is None
