"""Short replies with no question open: what our last message asked decides, without the language model."""

from typing import Any

from app.domain.purpose import Cause, CauseKind
from app.usecases import desk
from tests.usecases.shop import WANG, Shop

BOOKING = "您已预约周五19:00。回复1确认，回复2改期"
DELIVERY = "您的快递今天送到，方便签收吗？"


def sends(shop: Shop, text: str, **told: Any) -> None:
    shop.queues(WANG, text, Cause(CauseKind.EVENT, shop.clock(), "order.shipped"), **told)
    shop.dispatches()
    shop.passes(minutes=3)


def answers_to(shop: Shop) -> int:
    return sum(row.cause == "inbound" for row in shop.outbounds(WANG))


def test_a_yes_is_heard_without_the_model_and_met_with_silence(shop: Shop) -> None:
    sends(shop, DELIVERY)
    shop.nlu.is_away = True
    shop.texts(WANG, "妥")
    assert (shop.outcomes(WANG), answers_to(shop), shop.nlu.asked) == (["context_confirm"], 0, [])
    told = [row for row in shop.rows("decisions", WANG) if row.subject == "inbound"]
    assert [(row.verdict, row.reason) for row in told] == [("routed", "context_confirm")]


def test_a_choice_of_the_copy_leads_where_its_words_say(shop: Shop) -> None:
    sends(shop, BOOKING)
    shop.texts(WANG, "2")
    assert shop.outcomes(WANG) == ["context_change_booking"]
    assert [row.reason for row in shop.rows("conversations", WANG)] == ["context_change_booking"]
    assert "已转给客服" in shop.outbounds(WANG)[-1].text


def test_after_an_answer_to_a_later_text_the_old_choices_mean_nothing(shop: Shop) -> None:
    sends(shop, BOOKING)
    shop.texts(WANG, "地址")
    shop.texts(WANG, "2")
    assert shop.outcomes(WANG)[-1] != "context_change_booking"
    shop.dispatches()
    shop.passes(minutes=1)
    shop.texts(WANG, "2")
    assert shop.outcomes(WANG)[-1] != "context_change_booking"


def test_a_yes_that_met_silence_can_still_be_changed(shop: Shop) -> None:
    sends(shop, BOOKING)
    shop.texts(WANG, "1")
    shop.texts(WANG, "2")
    assert shop.outcomes(WANG) == ["context_confirm", "context_change_booking"]


def test_what_was_said_three_days_ago_is_forgotten(shop: Shop) -> None:
    sends(shop, DELIVERY)
    shop.passes(hours=71, minutes=56)
    shop.texts(WANG, "妥")
    shop.passes(minutes=2)
    shop.texts(WANG, "妥")
    assert shop.outcomes(WANG) == ["context_confirm", "below_threshold"]


def test_what_has_not_left_yet_was_not_read(shop: Shop) -> None:
    shop.queues(WANG, DELIVERY, Cause(CauseKind.EVENT, shop.clock(), "order.shipped"))
    shop.texts(WANG, "妥")
    assert shop.outcomes(WANG) == ["below_threshold"]


def test_the_word_that_was_offered_opts_out_whatever_was_asked(shop: Shop) -> None:
    shop.queues(WANG, "新品上架，您要来看看吗？", Cause(CauseKind.CAMPAIGN, shop.clock()))
    shop.dispatches()
    (sent,) = shop.outbounds(WANG)
    assert sent.offered
    shop.texts(WANG, sent.offered)
    assert shop.outcomes(WANG) == ["opted_out"]


def test_a_no_to_news_that_asked_nothing_is_left_to_the_model(shop: Shop) -> None:
    shop.queues(WANG, "新品上架，欢迎选购", Cause(CauseKind.CAMPAIGN, shop.clock()))
    shop.dispatches()
    shop.nlu.learn("不要了", "opt_out", 0.6)
    shop.texts(WANG, "不要了")
    assert shop.profile(WANG)["consent"] == "held"


def test_a_flows_own_keyword_comes_first(shop: Shop) -> None:
    sends(shop, "回复帮助领取优惠券")
    shop.texts(WANG, "帮助")
    assert shop.outcomes(WANG) == ["keyword"]


def test_what_answers_staff_is_theirs(shop: Shop) -> None:
    staff = shop.a_member_of_staff()
    shop.a_customer(WANG)
    desk.take(shop.parts, staff, shop.customer(WANG).id, shop.brand.id, shop.clock())
    sends(shop, "给您换一个新的可以吗？", staff_id=staff.id)
    shop.texts(WANG, "好")
    assert shop.outcomes(WANG) == ["with_staff"]
    shop.passes(hours=13)
    shop.texts(WANG, "好")
    assert (shop.outcomes(WANG)[-1], answers_to(shop)) == ("answers_staff", 0)
