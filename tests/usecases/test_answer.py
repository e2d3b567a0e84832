"""Answering: rules at once, meaning when it is there, silent where silence is right."""

from datetime import timedelta

import pytest

from app.usecases import desk
from tests.usecases.shop import LI, WANG, Shop


def routed(shop: Shop, phone: str = LI) -> list[str]:
    return [reason for verdict, reason in shop.reasons(phone, "inbound") if verdict == "routed"]


def test_a_keyword_is_answered_without_the_language_model(shop: Shop) -> None:
    shop.texts(LI, "营业时间")
    assert "每天8:00到21:30" in shop.bodies(LI)[0]
    assert shop.nlu.asked == []
    decision = next(row for row in shop.rows("decisions", LI) if row.subject == "inbound")
    assert (decision.reason, decision.details["flow"], decision.details["matched"]) == (
        "keyword",
        "store_info",
        "营业时间",
    )


def test_a_first_word_starts_its_flow(shop: Shop) -> None:
    shop.texts(LI, "投诉 蛋糕是坏的")
    assert routed(shop) == ["keyword"]
    assert [row.status for row in shop.rows("complaints", LI)] == ["open"]


def test_an_exact_choice_of_the_open_question_comes_before_a_keyword(shop: Shop) -> None:
    shop.texts(LI, "评分")
    shop.works()
    shop.texts(LI, "1")
    shop.works()
    shop.texts(LI, "2")  # not needed
    assert routed(shop) == ["keyword", "question_exact", "question_exact"]
    assert shop.rows("complaints", LI) == []


def test_a_keyword_comes_before_the_open_questions_free_text(shop: Shop) -> None:
    shop.texts(LI, "评分")
    shop.works()
    shop.texts(LI, "5")
    shop.works()
    shop.texts(LI, "营业时间")
    assert routed(shop)[-1] == "keyword"
    shop.works()
    shop.texts(LI, "都挺好的")
    assert routed(shop)[-1] == "question_free_text"
    decided = [row for row in shop.rows("decisions", LI) if row.reason == "question_free_text"]
    assert decided[-1].details["flow"] == "satisfaction_survey"
    assert shop.profile(LI)["attributes"]["feedback"]["value"] == "都挺好的"


def test_an_answer_from_before_the_question_was_handed_over_does_not_count(shop: Shop) -> None:
    shop.texts(LI, "评分")
    shop.hears((LI, "5"))  # stored before the question leaves, answered after
    shop.dispatches()
    assert shop.rows("questions", LI) != []
    shop.answers()
    assert routed(shop)[-1] == "below_threshold"
    shop.passes(seconds=1)
    shop.texts(LI, "5")
    assert routed(shop)[-1] == "question_exact"


def test_an_intent_starts_its_flow_and_the_log_has_confidence_and_model(shop: Shop) -> None:
    shop.nlu.learn("几点开门", "store_info", 0.97)
    shop.texts(LI, "几点开门")
    decision = next(row for row in shop.rows("decisions", LI) if row.subject == "inbound")
    assert decision.reason == "intent_store_info"
    assert decision.details == {
        "intent": "store_info",
        "confidence": 0.97,
        "model": "meanings",
        "flow": "store_info",
        "matched": "store_info",
    }


def test_the_bot_is_silent_with_staff_but_opting_out_works(shop: Shop) -> None:
    staff = shop.a_member_of_staff()
    shop.texts(WANG, "人工")
    desk.reply(shop.parts, staff, shop.customer(WANG).id, shop.brand.id, "您好，我来帮您", shop.clock())
    before = len(shop.outbounds(WANG))
    shop.texts(WANG, "营业时间")
    shop.texts(WANG, "几点开门")
    assert shop.outcomes(WANG)[1:] == ["with_staff", "with_staff"]
    assert len(shop.outbounds(WANG)) == before
    shop.hears((WANG, "退订"))
    assert shop.profile(WANG)["consent"] == "withdrawn"
    shop.passes(hours=13)
    shop.texts(WANG, "营业时间")
    assert shop.outcomes(WANG)[-1] == "keyword"


def test_a_text_that_staff_have_answered_meanwhile_is_closed(shop: Shop) -> None:
    shop.nlu.is_away = True
    staff = shop.a_member_of_staff()
    shop.texts(LI, "蛋糕能改地址吗")
    desk.reply(shop.parts, staff, shop.customer(LI).id, shop.brand.id, "可以的", shop.clock())
    shop.nlu.is_away = False
    shop.passes(seconds=2)
    shop.answers()
    assert shop.outcomes(LI) == ["overtaken"]


def test_what_is_not_understood_is_asked_about_once_and_then_read_by_a_person(shop: Shop) -> None:
    shop.texts(LI, "嗯嗯嗯嗯")
    shop.texts(LI, "啦啦啦啦")
    assert [row.purpose for row in shop.outbounds(LI)] == ["reply", "reply"]
    assert "没看懂" in shop.bodies(LI)[0]
    assert "已转给客服" in shop.bodies(LI)[1]
    assert len(shop.rows("conversations", LI)) == 1
    shop.texts(LI, "哈哈哈哈")  # staff have it already: said once
    assert len(shop.outbounds(LI)) == 2


def test_the_clarifying_question_is_asked_again_another_day(shop: Shop) -> None:
    shop.texts(LI, "嗯嗯嗯嗯")
    shop.passes(hours=25)
    shop.texts(LI, "嗯嗯嗯嗯")
    assert [("没看懂" in body) for body in shop.bodies(LI)] == [True, True]


@pytest.mark.parametrize("intent", ["praise", "greeting"])
def test_small_talk_is_answered_once_a_day(shop: Shop, intent: str) -> None:
    shop.nlu.learn("说句好话", intent)
    for _ in range(3):
        shop.texts(LI, "说句好话")
    assert routed(shop) == [f"intent_{intent}", f"{intent}_said_today", f"{intent}_said_today"]
    shop.passes(hours=24, seconds=1)
    shop.texts(LI, "说句好话")
    assert len(shop.outbounds(LI)) == 2


@pytest.mark.parametrize("text", ["我正在开会，稍后回复您", "Automatic reply: out of office", ""])
def test_machines_and_emptiness_are_not_answered(shop: Shop, text: str) -> None:
    shop.texts(LI, text)
    assert shop.outbounds(LI) == []
    assert shop.outcomes(LI)[0] in ("auto_reply", "empty")


def test_ten_replies_an_hour_and_then_silence(shop: Shop) -> None:
    for _ in range(12):
        shop.texts(LI, "帮助")
    assert len(shop.outbounds(LI)) == 10
    assert shop.outcomes(LI)[10:] == ["too_many_replies"] * 2
    shop.passes(minutes=61)
    shop.texts(LI, "帮助")
    assert len(shop.outbounds(LI)) == 11


def test_ten_replies_an_hour_also_where_all_texts_come_at_once(shop: Shop) -> None:
    shop.hears(*[(LI, "帮助")] * 15)
    shop.answers()
    assert len(shop.outbounds(LI)) == 10


def test_an_unclear_text_joins_the_open_complaint(shop: Shop) -> None:
    shop.texts(LI, "投诉，蛋糕是坏的")
    shop.texts(LI, "盒子也是破的")
    assert shop.complaint_events(LI) == ["opened", "joined"]
    assert shop.outcomes(LI)[-1] == "joins_complaint"
    assert len(shop.outbounds(LI)) == 1


def test_a_complaint_interrupts_an_open_question(shop: Shop) -> None:
    shop.nlu.learn("你们的蛋糕吃坏肚子", "complaint", 0.9)
    shop.texts(LI, "评分")
    shop.works()
    shop.texts(LI, "你们的蛋糕吃坏肚子")
    assert len(shop.rows("complaints", LI)) == 1


def test_somebody_else_has_the_number(shop: Shop) -> None:
    shop.nlu.learn("你发错人了", "wrong_number")
    shop.texts(WANG, "你发错人了")
    assert shop.profile(WANG)["consent"] == "held"
    assert "抱歉打扰" in shop.bodies(WANG)[0]
    assert shop.rows("runs", WANG)[-1].flow == "wrong_number"


def test_without_a_flow_a_person_finds_out_whose_number_it_is(shop: Shop) -> None:
    cafe = shop.a_brand("cafe")
    shop.a_channel("cafe", "10690002", brand=cafe)
    shop.nlu.learn("你发错人了", "wrong_number")
    shop.texts(LI, "你发错人了", channel="cafe")
    assert shop.profile(LI, "cafe")["consent"] == "held"
    assert [row.reason for row in shop.rows("conversations", LI)] == ["wrong_number"]


def test_abuse_is_met_with_silence_and_the_second_time_by_a_person(shop: Shop) -> None:
    shop.nlu.learn("骂人的话", "abuse")
    shop.texts(LI, "骂人的话")
    assert shop.rows("conversations", LI) == []
    shop.texts(LI, "骂人的话")
    assert len(shop.rows("conversations", LI)) == 1
    assert shop.outbounds(LI) == []


def test_one_customer_on_two_numbers_of_a_brand_is_handed_over_once(shop: Shop) -> None:
    shop.a_channel("second", "10690002")
    shop.hears((LI, "人工"))
    shop.hears((LI, "投诉，没人理"), channel="second")
    shop.answers()
    assert shop.outcomes(LI) == ["keyword", "keyword"]
    assert len(shop.rows("conversations", LI)) == 1
    shop.hears((LI, "投诉，还是没人理"))
    shop.hears((LI, "投诉，怎么回事"), channel="second")
    shop.answers()
    assert len(shop.rows("complaints", LI)) == 1


def test_each_text_has_one_decision(shop: Shop) -> None:
    for text in ("营业时间", "嗯嗯嗯嗯", "人工", "T", ""):
        shop.texts(LI, text)
    subjects = [row.subject_id for row in shop.rows("decisions", LI) if row.subject == "inbound"]
    assert sorted(subjects) == sorted(row.id for row in shop.rows("inbounds", LI))


def test_the_answer_is_in_the_customers_language(shop: Shop) -> None:
    shop.texts(LI, "opening hours")
    assert "Hours: 8:00 to 21:30" in shop.bodies(LI)[0]
    assert shop.outbounds(LI)[0].expires_at - shop.outbounds(LI)[0].due_at == timedelta(hours=24)
