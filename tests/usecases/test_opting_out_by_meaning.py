"""Opting out in other words: held until understood, honoured when sure, looked at by staff when not."""

from app.domain.purpose import Cause, CauseKind
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


def test_in_doubt_marketing_is_held_and_staff_look(shop: Shop) -> None:
    shop.nlu.learn("发太多了吧", "complaint", 0.55, opt_out=0.35)
    shop.texts(WANG, "发太多了吧")
    assert shop.profile(WANG)["consent"] == "held"
    assert [row.reason for row in shop.rows("conversations", WANG)] == ["opt_out_unsure"]
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
