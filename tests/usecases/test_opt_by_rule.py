"""Opting out and in by rule: decided before the acknowledgement, confirmed at most once, exact for what is queued."""

from datetime import timedelta

import pytest
import yaml

from app.domain.purpose import Cause, CauseKind
from app.domain.text import language_of
from app.providers.contract import Parsed
from app.rules import RULES_FOLDER
from app.usecases.dispatch import Dispatched
from tests.usecases.shop import ALICE, LI, WANG, Shop

STYLES = ["mainland", "north_america", "international"]
ROWS = [
    pytest.param(row["word"], row["scope"], row["when"], style, id=f"{row['word']}-{style}")
    for row in yaml.safe_load((RULES_FOLDER / "opt_out_words.yml").read_text(encoding="utf-8"))["opt_out"]
    for style in row.get("channels", STYLES)
]


def a_campaign(shop: Shop, phone: str = WANG, text: str = "新品上架，欢迎来店") -> Dispatched:
    shop.queues(phone, text, Cause(CauseKind.CAMPAIGN, shop.clock()))
    return shop.dispatches()


def test_an_opt_out_is_stored_decided_and_confirmed_before_the_acknowledgement(shop: Shop) -> None:
    received = shop.hears((WANG, "Ｔ"))
    assert received.opted_out == [shop.customer(WANG).id]
    assert shop.profile(WANG)["consent"] == "withdrawn"
    assert [row.kind for row in shop.rows("consents", WANG)] == ["granted", "withdrawn"]
    assert shop.outcomes(WANG) == ["opted_out"]
    assert [row.purpose for row in shop.outbounds(WANG)] == ["opt_out_confirmation"]
    shop.works()
    assert [row.status for row in shop.outbounds(WANG)] == ["delivered"]
    assert shop.nlu.asked == []


def test_what_is_queued_is_cancelled_and_the_log_says_so(shop: Shop) -> None:
    shop.queues(WANG, "新品上架", Cause(CauseKind.CAMPAIGN, shop.clock()))
    shop.queues(WANG, "订单已收到", Cause(CauseKind.EVENT, shop.clock(), "order.placed"))
    shop.queues(LI, "新品上架", Cause(CauseKind.CAMPAIGN, shop.clock()))
    shop.hears((WANG, "退订谢谢"))
    campaign, service, confirmation = shop.outbounds(WANG)
    assert (campaign.status, campaign.reason) == ("cancelled", "opted_out")
    assert (service.status, confirmation.status) == ("queued", "queued")
    assert shop.outbounds(LI)[0].status == "queued"
    assert ("cancelled", "opted_out") in shop.reasons(WANG)
    assert ("opted_out", "opt_out_word") in shop.reasons(WANG, "inbound")


def test_one_confirmation_however_often_they_text(shop: Shop) -> None:
    shop.hears((WANG, "T"), (WANG, "退订"))
    shop.works()
    shop.passes(minutes=5)
    shop.hears((WANG, "TD"))
    shop.works()
    assert [row.purpose for row in shop.outbounds(WANG)] == ["opt_out_confirmation"]
    assert shop.outcomes(WANG) == ["opted_out"] * 3


def test_opting_out_and_in_within_one_array_ends_opted_in(shop: Shop) -> None:
    shop.hears((WANG, "T"), (WANG, "START"))
    assert shop.profile(WANG)["consent"] == "granted"
    assert [row.kind for row in shop.rows("consents", WANG)] == ["granted", "withdrawn", "granted"]
    assert shop.outcomes(WANG) == ["opted_out", "opted_in"]


def test_opting_in_and_out_again_within_one_array_ends_opted_out(shop: Shop) -> None:
    shop.hears((WANG, "T"))
    shop.hears((WANG, "恢复"), (WANG, "T"))
    assert shop.profile(WANG)["consent"] == "withdrawn"
    assert shop.outcomes(WANG) == ["opted_out", "opted_in", "opted_out"]


@pytest.mark.parametrize("word", ["START", "unstop", "订阅", "恢复！"])
def test_a_word_opts_in_again_and_nothing_else_does(shop: Shop, word: str) -> None:
    shop.hears((WANG, "T"))
    shop.texts(WANG, "是")
    shop.texts(WANG, "YES")
    assert shop.profile(WANG)["consent"] == "withdrawn"
    shop.hears((WANG, word))
    assert shop.profile(WANG)["consent"] == "granted"
    assert shop.outbounds(WANG)[-1].purpose == "opt_in_confirmation"


def test_what_is_restored_is_the_consent_before_the_opt_out(shop: Shop) -> None:
    shop.hears((WANG, "T"), (WANG, "TD"))
    shop.hears((WANG, "START"))
    given, *_, restored = shop.rows("consents", WANG)
    assert restored.evidence == {"wording": "START", "restores": str(given.id)}
    assert ("opted_in", "opt_in_word") in shop.reasons(WANG, "inbound")


@pytest.mark.parametrize("word", ["START", "订阅"])
def test_a_word_alone_subscribes_nobody_who_never_agreed(shop: Shop, word: str) -> None:
    shop.texts(LI, word)
    shop.works()
    assert shop.profile(LI)["consent"] == "none"
    assert shop.rows("consents", LI) == []
    assert [row.flow for row in shop.rows("runs", LI)] == ["sign_up"]
    assert shop.nlu.asked == []
    shop.texts(LI, "是")
    assert shop.profile(LI)["consent"] == "granted"
    assert [row.kind for row in shop.rows("consents", LI)] == ["granted"]


def test_taking_back_an_opt_out_is_no_consent_where_there_was_none(shop: Shop) -> None:
    shop.hears((LI, "T"))
    shop.works()
    shop.passes(minutes=1)
    shop.texts(LI, "START")
    shop.works()
    profile = shop.profile(LI)
    assert (profile["consent"], profile["stopped_at"]) == ("none", None)
    assert [row.kind for row in shop.rows("consents", LI)] == ["withdrawn", "lifted"]
    decided = shop.reasons(LI, "inbound")
    assert decided == [
        ("opted_out", "opt_out_word"),
        ("opt_out_lifted", "no_earlier_consent"),
        ("routed", "opt_in_word"),
    ]
    question = shop.outbounds(LI)[-1]
    assert (question.purpose, question.status) == ("opt_in_confirmation", "delivered")
    assert question.asks_question
    assert "恢复" not in question.body
    a_campaign(shop, LI)
    assert shop.reasons(LI)[-1] == ("refused", "no_consent")
    shop.texts(LI, "是")
    assert shop.profile(LI)["consent"] == "granted"


def test_a_wish_to_sign_up_that_nobody_confirmed_is_not_restored(shop: Shop) -> None:
    shop.texts(LI, "加入")
    shop.works()
    shop.hears((LI, "T"), (LI, "START"))
    assert shop.profile(LI)["consent"] == "none"


def test_who_has_the_number_of_somebody_else_does_not_get_their_consent_back(shop: Shop) -> None:
    shop.nlu.learn("打错了，我不是王女士", "wrong_number")
    shop.texts(WANG, "打错了，我不是王女士")
    assert shop.profile(WANG)["consent"] == "held"
    shop.texts(WANG, "订阅")
    assert shop.profile(WANG)["consent"] == "none"
    assert shop.rows("runs", WANG)[-1].flow == "sign_up"


def test_without_a_sign_up_flow_a_word_subscribes_nobody_and_says_so(shop: Shop) -> None:
    cafe = shop.a_brand("cafe")
    shop.a_channel("cafe", "10690002", brand=cafe)
    shop.texts(LI, "START", channel="cafe")
    assert shop.profile(LI, "cafe")["consent"] == "none"
    assert shop.bodies(LI) == [shop.parts.wording.say("not_subscribed", "zh", "cafe", "cafe")]


def test_who_is_subscribed_already_is_told_so(shop: Shop) -> None:
    shop.texts(WANG, "订阅")
    assert shop.bodies(WANG) == ["您已经是我们的短信会员了，感谢支持。"]
    assert shop.profile(WANG)["consent"] == "granted"


def test_yes_that_the_provider_takes_for_a_start_answers_the_double_opt_in(shop: Shop) -> None:
    shop.texts(LI, "START")
    shop.works()
    shop.hears((LI, "YES"), opt_out_type="start")
    shop.answers()
    assert shop.profile(LI)["consent"] == "granted"
    assert shop.outcomes(LI) == ["opt_in_word", "question_exact"]


@pytest.mark.parametrize(("word", "scope", "when", "style"), ROWS)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_word_of_the_table_from_end_to_end(
    shop: Shop, word: str, scope: str, when: str, style: str
) -> None:
    shop.a_channel("styled", "10690002", style=style)
    shop.hears((ALICE, f" {word}！"), channel="styled")
    profile = shop.profile(ALICE)
    if when == "if_offered":
        assert profile["consent"] == "granted"
        return
    assert profile["consent"] == "withdrawn"
    assert (profile["stopped_at"] is not None) == (scope == "all" and style == "north_america")
    assert [row.purpose for row in shop.outbounds(ALICE)] == ["opt_out_confirmation"]


AN_HONG_KONG_NUMBER = "+85251234567"
A_JAPANESE_NUMBER = "+818012345678"


@pytest.mark.parametrize(
    ("phone", "text", "language"),
    [
        (WANG, "END", "zh"),
        (WANG, "stop!", "zh"),
        (WANG, "please stop texting me", "en"),
        (WANG, "stop please", "en"),
        (ALICE, "T", "en"),
        (ALICE, "tui ding", "en"),
        (ALICE, "退订", "zh"),
        (ALICE, "别再发了", "zh"),
        (AN_HONG_KONG_NUMBER, "STOP", "zh"),
        (A_JAPANESE_NUMBER, "STOP", "zh"),
        ("+14155550199", "STOP", "en"),
        ("+14155550199", "退訂", "zh"),
    ],
)
def test_a_bare_word_does_not_change_the_language_of_the_thread(
    shop: Shop, phone: str, text: str, language: str
) -> None:
    shop.hears((phone, text))
    (confirmation,) = shop.outbounds(phone)
    assert language_of(confirmation.body) == confirmation.language == language


def test_the_last_message_says_which_language_the_thread_is_in(shop: Shop) -> None:
    shop.a_customer(ALICE, language="zh")
    order = Cause(CauseKind.EVENT, shop.clock(), "order.placed")
    shop.queues(ALICE, "您的订单已收到", order)
    shop.dispatches()
    shop.a_customer(ALICE, language=None)
    shop.hears((ALICE, "STOP"))
    assert shop.outbounds(ALICE)[-1].language == "zh"


def offering(shop: Shop, letter: str) -> None:
    """A message that has left and promised this letter."""
    cause = Cause(CauseKind.EVENT, shop.clock(), "order.placed")
    shop.queues(WANG, f"您的订单已收到，拒收请回复{letter}", cause)
    shop.dispatches()


def test_a_letter_counts_by_what_the_last_message_offered(shop: Shop) -> None:
    shop.hears((WANG, "R"))
    assert shop.profile(WANG)["consent"] == "granted"
    offering(shop, "R")
    assert shop.outbounds(WANG)[-1].offered == "R"
    shop.hears((WANG, "r"))
    assert shop.profile(WANG)["consent"] == "withdrawn"


def test_t_counts_after_a_message_that_offered_r(shop: Shop) -> None:
    offering(shop, "R")
    shop.hears((WANG, "T"))
    assert shop.profile(WANG)["consent"] == "withdrawn"


def test_the_offer_is_that_of_the_last_message(shop: Shop) -> None:
    offering(shop, "R")
    a_campaign(shop)  # offers T
    shop.hears((WANG, "R"))
    assert shop.profile(WANG)["consent"] == "granted"


def test_a_message_that_has_not_left_offers_nothing(shop: Shop) -> None:
    cause = Cause(CauseKind.EVENT, shop.clock(), "order.placed")
    shop.queues(WANG, "您的订单已收到，拒收请回复R", cause)
    shop.hears((WANG, "R"))
    assert shop.profile(WANG)["consent"] == "granted"


def test_brands_that_share_a_number_are_all_stopped_and_others_are_not(shop: Shop) -> None:
    brands = {code: shop.a_brand(code) for code in ("cafe", "flowers", "elsewhere")}
    channel = shop.channel()
    for code in ("cafe", "flowers"):
        shop.a_sender(channel.id, channel.senders[0].address, brands[code])
    shop.a_channel("other", "10690002", brand=brands["elsewhere"])
    directory = shop.parts.directory.current(shop.clock())
    for code in ("cafe", "elsewhere"):
        sender = next(one for one in directory.senders.values() if one.brand_id == brands[code])
        cause = Cause(CauseKind.EVENT, shop.clock(), "order.placed")
        shop.queues(WANG, "您的订单已收到", cause, code, sender=sender)
    a_campaign(shop)
    shop.works()
    shop.hears((WANG, "T"))
    told = {row.brand_id for row in shop.rows("consents", WANG) if row.kind == "withdrawn"}
    assert told == {shop.brand.id, brands["cafe"]}
    assert shop.profile(WANG, "cafe")["consent"] == "withdrawn"
    assert shop.profile(WANG, "elsewhere")["consent"] == "none"
    assert [row.purpose for row in shop.outbounds(WANG)].count("opt_out_confirmation") == 1


def test_a_brand_that_has_been_silent_for_a_year_is_not_stopped(shop: Shop) -> None:
    cafe = shop.a_brand("cafe")
    channel = shop.channel()
    shop.a_sender(channel.id, channel.senders[0].address, cafe)
    sender = next(one for one in shop.channel().senders if one.brand_id == cafe)
    shop.queues(
        WANG, "订单已收到", Cause(CauseKind.EVENT, shop.clock(), "order.placed"), "cafe", sender=sender
    )
    shop.works()
    shop.passes(days=366)
    shop.queues(WANG, "新品上架，欢迎来店", Cause(CauseKind.JOURNEY, shop.clock()))
    shop.dispatches()
    shop.hears((WANG, "T"))
    assert shop.profile(WANG)["consent"] == "withdrawn"
    assert shop.profile(WANG, "cafe")["consent"] == "none"


@pytest.mark.parametrize("kind", ["stop", "start"])
def test_what_the_provider_has_confirmed_is_not_confirmed_again(shop: Shop, kind: str) -> None:
    if kind == "start":
        shop.hears((WANG, "T"))
        shop.works()
    before = len(shop.outbounds(WANG))
    shop.hears((WANG, "whatever"), opt_out_type=kind)
    assert shop.profile(WANG)["consent"] == ("withdrawn" if kind == "stop" else "granted")
    assert len(shop.outbounds(WANG)) == before


@pytest.mark.parametrize(("text", "word"), [("Stop.", "STOP"), ("STOP, this is Mr Wang", "")])
def test_the_log_gets_a_word_of_ours_and_none_of_the_customers(shop: Shop, text: str, word: str) -> None:
    shop.hears((WANG, text), opt_out_type="stop")
    decided = [row for row in shop.rows("decisions", WANG) if row.verdict == "opted_out"]
    assert [row.details["word"] for row in decided] == [word]


def test_help_that_the_provider_has_answered_is_not_answered_again(shop: Shop) -> None:
    shop.hears((WANG, "HELP"), opt_out_type="help")
    shop.works()
    assert shop.outbounds(WANG) == []


def test_stop_in_north_america_stops_all_but_replies_to_later_texts(shop: Shop) -> None:
    shop.a_channel("us", "+15005550006", style="north_america")
    sender = shop.channel("us").senders[0]
    order = Cause(CauseKind.EVENT, shop.clock(), "order.placed")
    shop.queues(ALICE, "we have your order", order, sender=sender)
    shop.hears((ALICE, "stop please"), channel="us")
    assert [row.status for row in shop.outbounds(ALICE)] == ["cancelled", "queued"]
    shop.queues(ALICE, "your order has left", order, sender=sender)
    shop.dispatches()
    assert shop.reasons(ALICE)[-1] == ("refused", "stopped")
    shop.passes(minutes=1)
    shop.texts(ALICE, "opening hours", channel="us")
    shop.dispatches()
    answers = [row for row in shop.outbounds(ALICE) if row.cause == "inbound"]
    assert answers
    assert {row.status for row in answers} == {"accepted"}
    shop.hears((ALICE, "start"), channel="us")
    assert shop.profile(ALICE)["stopped_at"] is None


def test_stop_elsewhere_leaves_service_messages_alone(shop: Shop) -> None:
    shop.hears((WANG, "STOP"))
    shop.queues(WANG, "您的订单已收到", Cause(CauseKind.EVENT, shop.clock(), "order.placed"))
    shop.dispatches()
    assert shop.outbounds(WANG)[-1].status == "accepted"


def test_an_opt_out_ends_the_sign_up_that_it_answers(shop: Shop) -> None:
    shop.texts(LI, "加入")
    shop.works()
    shop.hears((LI, "T"))
    shop.texts(LI, "是")
    assert shop.profile(LI)["consent"] == "withdrawn"


@pytest.mark.parametrize(
    "text", ["T恤还有吗", "取消预约", "don't stop", "取消", "YES", "订阅多少钱", "t-shirt"]
)
def test_what_only_looks_like_it_opts_nobody_out(shop: Shop, text: str) -> None:
    received = shop.hears((WANG, text))
    assert received.opted_out == []
    assert shop.profile(WANG)["consent"] == "granted"


def test_an_opt_out_within_a_large_array_costs_no_neighbour(shop: Shop) -> None:
    view = shop.channel()
    told = [(f"+86139{n:08d}", "T" if n % 3 == 0 else "几点开门") for n in range(30)]
    received = shop.delivers(Parsed(inbound=tuple(shop.a_text(*one, view) for one in told)))
    assert (len(received.inbound_ids), len(received.opted_out)) == (30, 10)


def test_a_confirmation_waits_no_longer_than_a_day(shop: Shop) -> None:
    shop.hears((WANG, "T"))
    shop.passes(hours=25)
    shop.dispatches()
    assert shop.outbounds(WANG)[0].reason == "too_late"
    assert shop.profile(WANG)["consent_at"] < shop.clock() - timedelta(hours=24)
