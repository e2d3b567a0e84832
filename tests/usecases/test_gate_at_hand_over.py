"""The gate at the hand-over: its word kept and logged once, what was judged before is judged anew."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, update

from app.domain.composing import OptOutWording
from app.domain.purpose import Cause, CauseKind
from app.domain.sms_parts import count
from app.flow_files import from_yaml
from app.store.brands import Brand
from app.store.customers import Profile
from app.store.outbound import queue
from app.usecases.advance_flows import advance_due
from app.usecases.flow_publishing import publish
from app.usecases.record_events import NewEvent, record_events
from tests.usecases.shop import ALICE, LI, WANG, Shop


def campaign(shop: Shop) -> Cause:
    return Cause(CauseKind.CAMPAIGN, shop.clock())


def order(shop: Shop) -> Cause:
    return Cause(CauseKind.EVENT, shop.clock(), "order.placed")


NIGHT = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
"""Midnight in Shanghai."""


def know(shop: Shop, phone: str, **values: object) -> None:
    """Change what the demo brand knows of a customer."""
    mine = (Profile.customer_id == shop.customer(phone).id, Profile.brand_id == shop.brand.id)
    with shop.parts.store.write() as session:
        session.execute(update(Profile).where(*mine).values(**values))


REFUSED = {
    "no_consent": lambda shop: know(shop, WANG, consent="none"),
    "consent_pending": lambda shop: know(shop, WANG, consent="pending"),
    "opted_out": lambda shop: know(shop, WANG, consent="withdrawn"),
    "dead_number": lambda shop: shop.knows_the_number(WANG, "dead"),
    "suspended_number": lambda shop: shop.knows_the_number(WANG, "suspended"),
    "too_late": lambda shop: shop.passes(minutes=31),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_a_refusal_is_stored_with_its_reason_and_logged_once(shop: Shop, reason: str) -> None:
    message = shop.queues(WANG, "新品上架", campaign(shop))
    REFUSED[reason](shop)
    assert shop.dispatches().refused == 1
    shop.passes(hours=2)
    assert shop.dispatches().claimed == 0
    row = shop.outbound(message)
    assert (row.status, row.reason) == ("refused", reason)
    assert reason in row.reasons
    assert row.settled_at is not None
    assert shop.reasons(WANG) == [("refused", reason)]


def test_who_has_stopped_everything_gets_no_service_message(shop: Shop) -> None:
    message = shop.queues(WANG, "您的订单已收到", order(shop))
    know(shop, WANG, consent="withdrawn", stopped_at=shop.clock())
    shop.dispatches()
    assert (shop.outbound(message).status, shop.outbound(message).reason) == ("refused", "stopped")


def stop_marketing(shop: Shop) -> None:
    with shop.parts.store.write() as session:
        session.execute(update(Brand).values(marketing_stopped_at=shop.clock()))


DEFERRED = {
    "consent_held": lambda shop: know(shop, WANG, consent="held"),
    "unread_inbound": lambda shop: shop.hears((WANG, "几点开门")),
    "complaint_open": lambda shop: shop.texts(WANG, "投诉 坏了"),
    "complaint_hold": lambda shop: know(shop, WANG, hold_until=shop.clock() + timedelta(days=1)),
    "marketing_stopped": stop_marketing,
    "unreachable_number": lambda shop: shop.knows_the_number(WANG, "unreachable"),
    "outside_window": lambda shop: shop.passes(hours=9, minutes=5),
}


@pytest.mark.parametrize("reason", DEFERRED)
def test_a_deferral_is_stored_with_its_reason_and_logged_once(shop: Shop, reason: str) -> None:
    DEFERRED[reason](shop)
    message = shop.queues(WANG, "新品上架", campaign(shop), expires_at=shop.clock() + timedelta(days=2))
    before = shop.clock()
    shop.dispatches()
    row = shop.outbound(message)
    assert (row.status, row.reason) == ("queued", reason)
    assert row.due_at > before
    shop.clock.at = row.due_at
    shop.dispatches()
    told = [one for one in shop.reasons(WANG) if one[1] != "allowed"]
    if reason == "outside_window":
        assert shop.outbound(message).status == "accepted"
    assert told == [("deferred", reason)]


def test_what_another_brand_says_of_somebodys_time_zone_moves_no_night(engine: Engine) -> None:
    shop = Shop(engine, NIGHT)
    shop.a_sender(shop.channel().id, "10690009", shop.a_brand("cafe"))
    told = NewEvent("e1", "order.placed", shop.clock(), WANG, {}, {"order_number": "A1"}, "America/New_York")
    record_events(shop.parts, shop.brand_named("cafe"), [told], shop.clock())
    message = shop.queues(WANG, "新品上架", campaign(shop), expires_at=shop.clock() + timedelta(days=2))
    shop.dispatches()
    assert shop.outbound(message).status == "queued"


def test_a_second_question_waits_for_the_first(shop: Shop) -> None:
    shop.tells("order.completed", "e1", order_number="A1")
    shop.dispatches()
    shop.tells("appointment.completed", "e2")
    shop.dispatches()
    first, second = shop.outbounds(WANG)
    assert (first.status, second.status, second.reason) == ("accepted", "queued", "question_open")
    assert ("deferred", "question_open") in shop.reasons(WANG)


def test_two_questions_that_were_asked_for_at_once_leave_the_later_one_open(shop: Shop) -> None:
    shop.texts(LI, "评分")
    shop.texts(LI, "加入")
    shop.dispatches()
    assert [row.status for row in shop.outbounds(LI)] == ["accepted", "accepted"]
    (question,) = shop.rows("questions", LI)
    states = {row.id: (row.flow, row.status) for row in shop.rows("runs", LI)}
    assert states[question.run_id][1] == "active"
    assert sorted(status for _, status in states.values()) == ["active", "finished"]
    assert ("cancelled", "superseded") in shop.reasons(LI, "run")


def test_two_questions_of_events_in_one_batch_go_one_after_the_other(shop: Shop) -> None:
    shop.tells("order.completed", "e1", order_number="A1")
    shop.tells("appointment.completed", "e2")
    shop.dispatches()
    assert [row.status for row in shop.outbounds(WANG)] == ["accepted", "queued"]
    assert len(shop.rows("questions", WANG)) == 1


def test_hours_in_which_it_may_not_go_do_not_count_as_shelf_life(engine: object) -> None:
    shop = Shop(engine, NIGHT)  # type: ignore[arg-type]
    message = shop.queues(WANG, "新品上架", campaign(shop))
    shop.dispatches()
    row = shop.outbound(message)
    assert row.due_at == NIGHT + timedelta(hours=10)
    shop.clock.at = row.due_at
    shop.dispatches()
    assert shop.outbound(message).status == "accepted"


def test_after_an_hour_of_standstill_marketing_is_too_late_and_replies_go(shop: Shop) -> None:
    shop.texts(LI, "帮助")
    message = shop.queues(WANG, "新品上架", campaign(shop))
    service = shop.queues(WANG, "您的订单已收到", order(shop))
    shop.passes(hours=1)
    shop.works()
    assert shop.outbound(message).reason == "too_late"
    assert shop.outbound(service).status == "delivered"
    assert shop.outbounds(LI)[0].status == "delivered"


def test_an_answer_older_than_a_day_is_judged_as_marketing(shop: Shop) -> None:
    day = timedelta(days=2)
    shop.texts(WANG, "帮助")
    shop.texts(LI, "帮助")
    for phone in (WANG, LI):
        (row,) = shop.outbounds(phone)
        with shop.parts.store.write() as session:
            queue.update_rows(session, [{"id": row.id, "expires_at": row.expires_at + day}])
    shop.passes(hours=24, seconds=5)
    lines = shop.dials()
    shop.dispatches()
    assert lines.texts[0].endswith("退订回T")
    agreed, not_agreed = shop.outbounds(WANG)[0], shop.outbounds(LI)[0]
    assert (agreed.status, agreed.purpose, agreed.offered) == ("accepted", "marketing", "T")
    assert (not_agreed.status, not_agreed.reason) == ("refused", "no_consent")


FLOWS = """\
schema: 1
name: {name}
title: {{zh: 试, en: Tried}}
languages: [zh]
triggers: [{trigger}]
steps:
  later:
    do: wait
    for: {wait}
    then: say
  say:
    do: send
    text:
      zh: "{text}"
    then: end
"""
KEYWORD = "{trigger: keyword, mode: whole, words: [试试]}"


def publishes(shop: Shop, flow: str) -> None:
    definition = from_yaml(flow).definition
    assert definition is not None
    publish(shop.parts, "demo", [definition], shop.clock(), "test")


def goes_on(shop: Shop, **time: float) -> Any:
    """The time passes; what the waiting flow says then, dispatched."""
    shop.passes(**time)
    advance_due(shop.parts, shop.clock())
    shop.dispatches()
    return shop.outbounds(LI)[-1]


def test_a_t_answers_nothing_that_a_flow_says_days_after_its_keyword(shop: Shop) -> None:
    publishes(shop, FLOWS.format(name="tried", trigger=KEYWORD, wait="3d", text="新品上架"))
    shop.texts(LI, "试试")
    shop.passes(days=2, hours=23, minutes=59)
    shop.texts(LI, "T")
    shop.dispatches()
    said = goes_on(shop, minutes=2)
    assert "新品上架" in said.text
    assert (said.purpose, said.status) == ("marketing", "refused")


@pytest.mark.parametrize(("text", "status"), [("预约已确认", "accepted"), ("送您一张优惠券", "refused")])
def test_what_promotes_after_a_wait_needs_consent(shop: Shop, text: str, status: str) -> None:
    publishes(shop, FLOWS.format(name="tried", trigger=KEYWORD, wait="8h", text=text))
    shop.texts(LI, "试试")
    said = goes_on(shop, hours=8, minutes=1)
    assert (said.cause, said.status) == ("afterwards", status)


def test_staff_promote_nothing_to_who_has_just_opted_out(shop: Shop) -> None:
    shop.texts(WANG, "T")
    shop.passes(minutes=1)
    by_staff = Cause(CauseKind.STAFF_REPLY, shop.clock())
    message = shop.queues(WANG, "送您一张优惠券", by_staff, staff_id=shop.a_member_of_staff().id)
    shop.dispatches()
    assert (shop.outbound(message).status, shop.outbound(message).reason) == ("refused", "opted_out")
    shop.texts(WANG, "有优惠券吗")
    message = shop.queues(WANG, "送您一张优惠券", by_staff, staff_id=shop.a_member_of_staff().id)
    shop.passes(minutes=1)
    shop.dispatches()
    assert shop.outbound(message).status == "accepted"


def test_an_answer_without_opt_out_wording_becomes_marketing_with_it_once(shop: Shop) -> None:
    message = shop.queues(WANG, "地址在南京西路", Cause(CauseKind.STAFF_REPLY, shop.clock()))
    shop.dials()
    shop.dispatches()
    row = shop.outbound(message)
    assert (row.purpose, row.text.count("退订")) == ("marketing", 1)


def test_a_text_that_is_composed_anew_is_counted_anew(shop: Shop) -> None:
    cafe = shop.a_brand("cafe")
    channel = shop.a_channel("abroad", "10690002", brand=cafe, style="international")
    cause = Cause(CauseKind.STAFF_REPLY, shop.clock())
    shop.hears((ALICE, "hello"), channel="abroad")
    message = shop.queues(ALICE, "x" * 140, cause, "cafe", sender=channel.senders[0])
    before = shop.outbound(message)
    agreed = {"consent": "granted"}
    with shop.parts.store.write() as session:
        session.execute(update(Profile).where(Profile.brand_id == cafe).values(**agreed))
        queue.update_rows(session, [{"id": message, "expires_at": before.expires_at + timedelta(days=9)}])
    shop.answers()
    shop.passes(hours=38)  # ten in the morning in California
    shop.dispatches()
    row = shop.outbound(message)
    assert (before.purpose, row.purpose) == ("reply", "marketing")
    counted = count(row.text, "gsm")
    assert (row.parts, row.encoding) == (counted.parts, counted.encoding)
    assert row.parts > before.parts


@pytest.mark.parametrize("text", ["新品上架", "【麦香坊】新品上架"])
def test_a_changed_signature_costs_what_is_queued_nothing(shop: Shop, text: str) -> None:
    message = shop.queues(WANG, text, campaign(shop))
    with shop.parts.store.write() as session:
        session.execute(update(Brand).values(signature="麦香坊面包"))
    shop.parts.directory.renew()
    shop.dispatches()
    row = shop.outbound(message)
    assert (row.status, row.text) == ("accepted", "【麦香坊面包】新品上架 退订回T")


def test_a_changed_opt_out_wording_costs_what_is_queued_nothing(shop: Shop) -> None:
    message = shop.queues(WANG, "新品上架", campaign(shop))
    style = shop.parts.rules.channel_style("mainland")
    changed = replace(style, opt_out={**style.opt_out, "zh": OptOutWording("退订回TD", "TD")})
    styles = {**shop.parts.rules.channel_styles, "mainland": changed}
    shop.parts = replace(shop.parts, rules=replace(shop.parts.rules, channel_styles=styles))
    shop.dispatches()
    row = shop.outbound(message)
    assert (row.status, row.offered) == ("accepted", "TD")
    assert row.text.endswith("退订回TD")
