"""Opting out in other words: held until understood, honoured when sure, looked at by staff when not."""

import pytest

from app.domain.purpose import Cause, CauseKind
from app.usecases import desk
from app.usecases.advance_flows import advance_due
from tests.usecases.shop import WANG, Shop


def test_who_opted_out_meanwhile_gets_no_late_answer(shop: Shop) -> None:
    shop.nlu.is_away = True
    shop.texts(WANG, "有什么优惠吗")
    shop.passes(seconds=5)
    shop.hears((WANG, "T"))
    shop.nlu.is_away = False
    shop.answers()
    assert shop.outcomes(WANG) == ["overtaken", "opted_out"]
    assert [row.purpose for row in shop.outbounds(WANG)] == ["opt_out_confirmation"]


def test_marketing_waits_until_the_text_is_understood(shop: Shop) -> None:
    shop.nlu.is_away = True
    shop.nlu.learn("别再给我发短信了", "opt_out", 0.95)
    shop.texts(WANG, "别再给我发短信了啦好不好")
    shop.queues(WANG, "新品上架", Cause(CauseKind.CAMPAIGN, shop.clock()))
    shop.dispatches()
    assert shop.reasons(WANG)[-1] == ("deferred", "unread_inbound")
    assert shop.outbounds(WANG)[-1].status == "queued"


def test_an_opt_out_in_other_words_is_honoured_when_sure(shop: Shop) -> None:
    shop.nlu.learn("能不能消停点呢", "opt_out", 0.9)
    shop.queues(WANG, "新品上架", Cause(CauseKind.CAMPAIGN, shop.clock()))
    shop.texts(WANG, "能不能消停点呢")
    assert shop.profile(WANG)["consent"] == "withdrawn"
    assert [row.status for row in shop.outbounds(WANG)] == ["cancelled", "queued"]
    assert shop.outbounds(WANG)[-1].purpose == "opt_out_confirmation"


DOUBT = "发太多了吧"


def in_doubt(shop: Shop) -> None:
    """Wang has texted what may be an opt-out, and the question has gone out."""
    shop.nlu.learn(DOUBT, "complaint", 0.55, opt_out=0.35)
    shop.texts(WANG, DOUBT)
    shop.dispatches()


def asked(shop: Shop) -> int:
    return sum("营销短信已暂停" in row.text for row in shop.outbounds(WANG))


def test_in_doubt_marketing_is_held_they_are_asked_once_and_staff_see_it(shop: Shop) -> None:
    in_doubt(shop)
    assert shop.profile(WANG)["consent"] == "held"
    assert [row.reason for row in shop.rows("conversations", WANG)] == ["opt_out_unsure"]
    assert asked(shop) == 1
    shop.queues(WANG, "新品上架", Cause(CauseKind.CAMPAIGN, shop.clock()))
    shop.dispatches()
    assert shop.reasons(WANG)[-1] == ("deferred", "consent_held")


def test_an_opt_out_in_other_words_speaks_for_every_brand_on_the_number(shop: Shop) -> None:
    cafe = shop.a_brand("cafe")
    channel = shop.channel()
    shop.a_sender(channel.id, channel.senders[0].address, cafe)
    sender = next(one for one in shop.channel().senders if one.brand_id == cafe)
    order = Cause(CauseKind.EVENT, shop.clock(), "order.placed")
    shop.queues(WANG, "您的订单已收到", order, "cafe", sender=sender)
    shop.dispatches()
    shop.queues(WANG, "新品上架", Cause(CauseKind.CAMPAIGN, shop.clock()))
    shop.dispatches()
    shop.nlu.learn("能不能消停点呢", "opt_out", 0.9)
    shop.texts(WANG, "能不能消停点呢")
    assert shop.profile(WANG)["consent"] == "withdrawn"
    assert shop.profile(WANG, "cafe")["consent"] == "withdrawn"


@pytest.mark.parametrize(("answer", "consent"), [("1", "withdrawn"), ("2", "granted"), ("紫色的", "held")])
def test_the_answer_to_the_question_decides(shop: Shop, answer: str, consent: str) -> None:
    in_doubt(shop)
    shop.texts(WANG, answer)
    assert shop.profile(WANG)["consent"] == consent


def test_an_answer_in_other_words_is_no_second_doubt(shop: Shop) -> None:
    in_doubt(shop)
    shop.nlu.learn("嗯那就算了别发了吧", "opt_out", 0.6)
    shop.texts(WANG, "嗯那就算了别发了吧")
    assert shop.profile(WANG)["consent"] == "withdrawn"
    assert asked(shop) == 1


def test_no_answer_within_a_day_means_opted_out(shop: Shop) -> None:
    in_doubt(shop)
    shop.passes(hours=23, minutes=59)
    advance_due(shop.parts, shop.clock())
    assert shop.profile(WANG)["consent"] == "held"
    shop.passes(minutes=2)
    advance_due(shop.parts, shop.clock())
    assert shop.profile(WANG)["consent"] == "withdrawn"
    assert shop.rows("runs", WANG)[-1].outcome == "opted_out_without_answer"


def test_a_doubt_is_asked_about_once_a_day(shop: Shop) -> None:
    in_doubt(shop)
    shop.texts(WANG, "紫色的")
    shop.texts(WANG, "紫色的")
    shop.dispatches()
    shop.nlu.learn("还在发啊", "complaint", 0.55, opt_out=0.35)
    shop.texts(WANG, "还在发啊")
    assert asked(shop) == 1
    assert shop.profile(WANG)["consent"] == "held"


def test_who_speaks_with_staff_is_not_asked_by_the_bot(shop: Shop) -> None:
    shop.nlu.learn(DOUBT, "complaint", 0.55, opt_out=0.35)
    shop.texts(WANG, "人工")
    desk.take(shop.parts, shop.a_member_of_staff(), shop.customer(WANG).id, shop.brand.id, shop.clock())
    shop.texts(WANG, DOUBT)
    assert asked(shop) == 0
    assert shop.profile(WANG)["consent"] == "held"


def later(shop: Shop, hours: float) -> None:
    shop.passes(hours=hours)
    advance_due(shop.parts, shop.clock())


@pytest.mark.parametrize("ends", ["staff", "start", "stop"])
def test_once_the_doubt_is_settled_no_chance_word_answers_its_question(shop: Shop, ends: str) -> None:
    in_doubt(shop)
    match ends:
        case "staff":
            ours = shop.a_member_of_staff(), shop.customer(WANG).id, shop.brand.id
            desk.settle_doubt(shop.parts, *ours, shop.clock(), is_opt_out=False)
        case "start":
            shop.texts(WANG, "恢复")
        case "stop":
            shop.texts(WANG, "T")
    settled = shop.profile(WANG)["consent"]
    assert settled == ("withdrawn" if ends == "stop" else "granted")
    shop.nlu.learn("对", "confirm")
    for word in ("取消", "对", "2"):
        shop.texts(WANG, word)
    assert shop.profile(WANG)["consent"] == settled
    assert not any("恢复接收" in row.text for row in shop.outbounds(WANG))
    later(shop, 25)
    assert shop.profile(WANG)["consent"] == settled


def test_a_later_hold_that_nobody_asked_about_is_left_to_staff(shop: Shop) -> None:
    in_doubt(shop)
    ours = shop.a_member_of_staff(), shop.customer(WANG).id, shop.brand.id
    desk.settle_doubt(shop.parts, *ours, shop.clock(), is_opt_out=False)
    later(shop, 20)
    shop.nlu.is_away = True
    shop.texts(WANG, "说不清的话")
    shop.passes(minutes=11)
    shop.answers()
    assert shop.profile(WANG)["consent"] == "held"
    later(shop, 5)
    assert shop.profile(WANG)["consent"] == "held"


def test_who_never_agreed_is_not_told_that_news_come_again(shop: Shop) -> None:
    stranger = "+8613911112222"
    shop.nlu.learn(DOUBT, "complaint", 0.55, opt_out=0.35)
    shop.texts(stranger, DOUBT)
    shop.dispatches()
    shop.texts(stranger, "2")
    assert shop.profile(stranger)["consent"] == "none"
    assert "我们没有为您办理退订" in shop.outbounds(stranger)[-1].text


def test_a_machine_is_asked_nothing_and_its_silence_is_no_opt_out(shop: Shop) -> None:
    reply = "我在开会，稍后联系，请勿打扰。自动回复"
    shop.nlu.learn(reply, "out_of_scope", 0.6, opt_out=0.32)
    shop.texts(WANG, reply)
    assert (asked(shop), shop.profile(WANG)["consent"]) == (0, "held")
    later(shop, 25)
    assert shop.profile(WANG)["consent"] == "held"


def test_a_later_doubt_is_asked_about_once_the_first_is_settled(shop: Shop) -> None:
    in_doubt(shop)
    shop.texts(WANG, "2")
    assert shop.profile(WANG)["consent"] == "granted"
    shop.passes(minutes=5)
    shop.texts(WANG, DOUBT)
    assert asked(shop) == 2


def test_a_wrong_number_is_no_doubt_that_staff_settle(shop: Shop) -> None:
    shop.nlu.learn("你发错人了", "wrong_number")
    shop.texts(WANG, "你发错人了")
    assert shop.profile(WANG)["consent"] == "held"
    ours = shop.a_member_of_staff(), shop.customer(WANG).id, shop.brand.id
    with pytest.raises(desk.DeskRefusal, match="not_held"):
        desk.settle_doubt(shop.parts, *ours, shop.clock(), is_opt_out=False)


def test_the_end_of_a_text_that_is_not_read_whole_may_be_an_opt_out(shop: Shop) -> None:
    long = "今天的蛋糕很好吃，" * 40 + "不过以后别再给我发短信了"
    assert 300 < len(long) < 1000
    shop.nlu.learn(long, "praise")
    shop.texts(WANG, long)
    assert shop.profile(WANG)["consent"] == "held"
    assert [row.reason for row in shop.rows("conversations", WANG)] == ["read_in_part"]


def test_a_complaint_after_too_many_replies_has_its_clocks(shop: Shop) -> None:
    for _ in range(10):
        shop.texts(WANG, "地址")
        shop.works()
        shop.passes(seconds=30)
    sent = len(shop.outbounds(WANG))
    shop.nlu.learn("蛋糕是馊的，你们怎么做生意的", "complaint", 0.97)
    shop.texts(WANG, "蛋糕是馊的，你们怎么做生意的")
    (complaint,) = shop.rows("complaints", WANG)
    assert (complaint.status, complaint.kind) == ("open", "service_complaint")
    assert len(shop.outbounds(WANG)) == sent
