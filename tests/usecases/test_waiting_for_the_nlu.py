"""Texts that need the language model: they wait for it in order, alone, and not for ever."""

from app.usecases.answer import answer_by_meaning, answer_by_rule
from tests.usecases.shop import LI, WANG, Shop


def test_a_text_that_the_language_model_cannot_read_costs_no_other_and_goes_to_a_person(shop: Shop) -> None:
    shop.nlu.learn("几点开门", "store_info")
    shop.nlu.stumbles_over.add("怪句子")
    shop.hears((LI, "怪句子"), (WANG, "几点开门"))
    shop.answers()
    assert (shop.outcomes(LI), shop.outcomes(WANG)) == ([None], ["intent_store_info"])
    shop.passes(seconds=31)
    shop.answers()
    assert shop.outcomes(LI) == ["nlu_failed"]
    assert [row.reason for row in shop.rows("conversations", LI)] == ["nlu_failed"]


def test_without_the_language_model_rules_go_on_and_the_rest_waits_for_it(shop: Shop) -> None:
    shop.nlu.is_away = True
    shop.nlu.learn("几点开门", "store_info")
    shop.hears((LI, "几点开门"), (WANG, "地址"))
    shop.answers()
    assert shop.outcomes(LI) == [None]
    assert shop.outcomes(WANG) == ["keyword"]
    shop.texts(LI, "帮助")  # a later text that rules decide does not wait
    assert shop.outcomes(LI) == [None, "keyword"]
    shop.nlu.is_away = False
    shop.passes(seconds=2)
    shop.answers()
    assert shop.outcomes(LI) == ["intent_store_info", "keyword"]


def test_after_ten_minutes_without_the_language_model_a_person_reads_it(shop: Shop) -> None:
    shop.nlu.is_away = True
    shop.texts(LI, "几点开门")
    shop.passes(minutes=9, seconds=50)
    shop.answers()
    assert shop.outcomes(LI) == [None]
    shop.passes(seconds=10)
    shop.answers()
    assert shop.outcomes(LI) == ["nlu_unavailable"]
    assert [row.reason for row in shop.rows("conversations", LI)] == ["nlu_unavailable"]


def test_a_language_model_that_fails_is_asked_again_no_sooner_than_in_a_second(shop: Shop) -> None:
    shop.nlu.is_away = True
    shop.texts(LI, "几点开门")
    assert answer_by_meaning(shop.parts, shop.clock()).waiting == 0
    shop.passes(seconds=2)
    assert answer_by_meaning(shop.parts, shop.clock()).waiting == 1


def test_texts_that_need_meaning_keep_their_order(shop: Shop) -> None:
    shop.nlu.learn("第一句", "greeting")
    shop.nlu.learn("第二句", "store_info")
    shop.hears((LI, "第一句"), (LI, "第二句"))
    answer_by_rule(shop.parts, shop.clock())
    answer_by_meaning(shop.parts, shop.clock())
    assert shop.outcomes(LI) == ["intent_greeting", None]
    answer_by_meaning(shop.parts, shop.clock())
    assert shop.outcomes(LI) == ["intent_greeting", "intent_store_info"]
