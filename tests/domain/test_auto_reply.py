"""Machines that answer machines."""

import pytest

from app.domain.auto_reply import is_auto_reply, is_talking_to_a_machine


@pytest.mark.parametrize(
    "text",
    [
        "会议中，稍后回复",
        "我正在开会，稍后联系你",
        "開會中，稍後回覆",
        "正在开车，稍后回复您",
        "开车中，待会儿回",
        "[自动回复] 您好",
        "【自动回复】我在休假",
        "自动回复：您好",
        "您好，我现在不方便接听电话，请发短信",
        "我目前不在办公室，有急事请稍后",
        "此短信由系统自动发送",
        "I'm driving right now",
        "I am driving",
        "I’m currently driving - I'll get back to you",
        "I'm in a meeting, will call you later",
        "Out of office until Monday",
        "I am out of the office",
        "I'm currently out of office",
        "Automatic reply: thanks",
        "Auto-reply: away",
        "This is an automated response.",
        "Can't talk now",
        "Sorry, I can't talk right now.",
        "Do not reply to this message",
        "I'm on vacation and will reply when back",
    ],
)
def test_is_a_machine(text: str) -> None:
    assert is_auto_reply(text)


@pytest.mark.parametrize(
    "text",
    [
        "几点开会",
        "会议室可以订吗",
        "我要开车过去，停车方便吗",
        "不在办公室收货，改地址",
        "稍后再说",
        "稍后回复",
        "I am driving to your store, is there parking",
        "how do I reset the office door",
        "is your office out of stock",
        "t",
        "退订",
        "我要投诉",
        "busy",
        "can't find the shop",
        "",
        "自动门坏了",
    ],
)
def test_is_a_person(text: str) -> None:
    assert not is_auto_reply(text)


def test_ten_replies_an_hour_are_enough() -> None:
    assert not is_talking_to_a_machine(9)
    assert is_talking_to_a_machine(10)
