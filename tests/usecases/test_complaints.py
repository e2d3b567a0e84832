"""Complaints: opened at once, against clocks that start with the text, until the customer says it is solved."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.purpose import Cause, CauseKind
from app.usecases import complaint_clock, desk
from app.usecases.advance_flows import advance_due
from tests.usecases.shop import ALICE, LI, Shop


def complaint(shop: Shop, phone: str = LI) -> Any:
    (row,) = shop.rows("complaints", phone)
    return row


def complains(shop: Shop, phone: str = LI, **more: Any) -> Any:
    shop.texts(phone, "投诉 送来的蛋糕是坏的", **more)
    shop.works()
    return complaint(shop, phone)


def resolves(shop: Shop, phone: str = LI, text: str = "", **told: bool) -> Any:
    staff = shop.a_member_of_staff()
    desk.resolve(shop.parts, staff, complaint(shop, phone).id, text, shop.clock(), **told)
    shop.works()
    return complaint(shop, phone)


def asks(shop: Shop) -> int:
    """The clock comes round when the time to ask has come."""
    asked = complaint_clock.ask_follow_ups(shop.parts, shop.clock())
    shop.works()
    return asked


def followed_up(shop: Shop, answer: str) -> Any:
    """A resolved complaint whose customer answers the follow-up."""
    complains(shop)
    shop.passes(minutes=30)
    resolves(shop)
    shop.passes(hours=24)
    assert asks(shop) == 1
    shop.passes(minutes=1)
    shop.texts(LI, answer)
    shop.works()
    return complaint(shop)


def test_a_complaint_is_opened_and_acknowledged_with_deadlines_from_its_receipt(shop: Shop) -> None:
    shop.hears((LI, "投诉 送来的蛋糕是坏的"))
    shop.passes(minutes=20)  # the worker was away
    shop.answers()
    row = complaint(shop)
    received = shop.rows("inbounds", LI)[0].received_at
    assert row.first_response_due_at == received + timedelta(hours=2)
    assert row.resolution_due_at == received + timedelta(hours=48)
    assert (row.kind, row.status, row.number) == ("service_complaint", "open", 1)
    assert row.summary == "投诉 送来的蛋糕是坏的"
    (acknowledgement,) = shop.outbounds(LI)
    assert (acknowledgement.purpose, acknowledgement.inbound_id) == ("reply", row.inbound_id)
    assert [one.reason for one in shop.rows("conversations", LI)] == ["complaint"]


def test_an_automatic_receipt_is_no_response_and_a_persons_text_is(shop: Shop) -> None:
    complains(shop)
    assert complaint(shop).first_response_at is None
    shop.passes(minutes=10)
    staff = shop.a_member_of_staff()
    desk.reply(shop.parts, staff, shop.customer(LI).id, shop.brand.id, "马上为您重做", shop.clock())
    shop.works()
    first = complaint(shop).first_response_at
    assert first is not None
    shop.passes(minutes=10)
    desk.reply(shop.parts, staff, shop.customer(LI).id, shop.brand.id, "已发出", shop.clock())
    shop.works()
    assert complaint(shop).first_response_at == first


def test_further_texts_join_the_complaint(shop: Shop) -> None:
    complains(shop)
    shop.texts(LI, "投诉 盒子也破了")
    shop.texts(LI, "蜡烛也没有")
    assert shop.complaint_events(LI) == ["opened", "joined", "joined"]
    assert "已加到投诉记录" in shop.bodies(LI)[1]


def test_complaints_of_a_brand_are_numbered(shop: Shop) -> None:
    complains(shop)
    complains(shop, ALICE)
    assert [complaint(shop).number, complaint(shop, ALICE).number] == [1, 2]


def test_a_promise_is_kept_at_the_deadline_and_broken_once_after_it(shop: Shop) -> None:
    due = complains(shop).first_response_due_at
    assert complaint_clock.record_breaches(shop.parts, due) == 0
    late = due + timedelta(microseconds=1)
    assert complaint_clock.record_breaches(shop.parts, late) == 1
    assert complaint_clock.record_breaches(shop.parts, late + timedelta(hours=1)) == 0
    assert complaint(shop).first_response_breached_at == late
    assert complaint_clock.record_breaches(shop.parts, complaint(shop).resolution_due_at) == 0
    assert complaint_clock.record_breaches(shop.parts, due + timedelta(hours=47)) == 1
    assert shop.complaint_events(LI) == ["opened", "breached", "breached"]
    assert shop.reasons(LI, "complaint")[1:] == [("breached", "first_response"), ("breached", "resolution")]


def test_an_answer_that_came_late_is_a_breach_although_the_clock_looked_only_later(shop: Shop) -> None:
    complains(shop)
    shop.passes(hours=2, minutes=1)
    desk.reply(
        shop.parts, shop.a_member_of_staff(), shop.customer(LI).id, shop.brand.id, "抱歉来晚了", shop.clock()
    )
    shop.works()
    shop.passes(hours=1)
    assert complaint_clock.record_breaches(shop.parts, shop.clock()) == 1
    assert complaint_clock.record_breaches(shop.parts, shop.clock()) == 0
    assert complaint(shop).first_response_breached_at is not None


def test_a_resolution_that_came_late_is_a_breach_although_the_clock_looked_only_later(shop: Shop) -> None:
    complains(shop)
    shop.passes(hours=49)
    resolves(shop)
    assert complaint_clock.record_breaches(shop.parts, shop.clock()) == 2
    assert complaint(shop).resolution_breached_at is not None


def test_resolving_tells_the_customer_and_holds_marketing(shop: Shop) -> None:
    shop.a_customer(LI)
    complains(shop)
    row = resolves(shop)
    assert (row.status, row.resolution_at is not None) == ("resolved", True)
    assert "已处理完毕" in shop.bodies(LI)[-1]
    assert shop.outbounds(LI)[-1].status == "delivered"
    assert shop.rows("conversations", LI)[0].status == "closed"
    shop.queues(LI, "新品上架", Cause(CauseKind.CAMPAIGN, shop.clock()))
    shop.dispatches()
    assert shop.outbounds(LI)[-1].reason == "complaint_hold"


def test_a_complaint_is_resolved_once(shop: Shop) -> None:
    complains(shop)
    resolves(shop, text="已重做一个")
    with pytest.raises(desk.DeskRefusal) as refused:
        desk.resolve(
            shop.parts,
            desk.StaffMember(shop.brand.id, "x@shop.example"),
            complaint(shop).id,
            "",
            shop.clock(),
        )
    assert refused.value.reason == "already_resolved"


def test_the_follow_up_comes_a_day_later_and_only_once(shop: Shop) -> None:
    complains(shop)
    resolves(shop)
    shop.passes(hours=23)
    assert asks(shop) == 0
    shop.passes(hours=1, minutes=1)
    assert asks(shop) == 1
    assert asks(shop) == 0
    question = shop.outbounds(LI)[-1]
    assert (question.purpose, question.is_follow_up, question.status) == ("service", True, "delivered")
    assert "解决了吗" in question.body


@pytest.mark.parametrize(
    ("resolved", "asked"),
    [
        ("2026-11-23T22:30", "2026-11-25T08:00"),
        ("2026-11-23T07:30", "2026-11-24T08:00"),
        ("2026-11-23T21:00", "2026-11-25T08:00"),
        ("2026-11-23T20:59", "2026-11-24T20:59"),
    ],
)
def test_the_follow_up_comes_by_day_where_the_customer_lives(engine: Any, resolved: str, asked: str) -> None:
    resolved_at, asked_at = (
        datetime.fromisoformat(f"{at}+08:00").astimezone(UTC) for at in (resolved, asked)
    )
    shop = Shop(engine, resolved_at - timedelta(hours=1))
    complains(shop)
    shop.clock.at = resolved_at
    resolves(shop)
    assert complaint_clock.ask_follow_ups(shop.parts, asked_at - timedelta(seconds=1)) == 0
    shop.clock.at = asked_at + timedelta(seconds=10)
    assert asks(shop) == 1


def test_who_lives_elsewhere_is_asked_by_their_own_day(engine: Any) -> None:
    shop = Shop(engine, datetime(2026, 11, 23, 4, 0, tzinfo=UTC))  # noon in Shanghai, 20:00 in California
    shop.a_customer(ALICE)
    complains(shop, ALICE)
    shop.passes(hours=5)  # 17:00 in Shanghai, 01:00 in California
    resolves(shop, ALICE)
    shop.passes(hours=25)
    asks(shop)
    question = shop.outbounds(ALICE)[-1]
    assert (question.status, question.reason) == ("queued", "quiet_hours")
    assert question.due_at == datetime(2026, 11, 24, 16, 0, tzinfo=UTC)  # 08:00 in California


@pytest.mark.parametrize("answer", ["1", "１", "解决了", "已解决"])
def test_solved_closes_the_complaint_and_ends_the_hold(shop: Shop, answer: str) -> None:
    row = followed_up(shop, answer)
    assert (row.status, row.follow_up_result) == ("closed", "solved")
    assert shop.profile(LI)["hold_until"] is None


@pytest.mark.parametrize("answer", ["2", "没解决", "还没解决呢"])
def test_not_solved_opens_it_again_one_step_more_urgent_with_fresh_clocks(shop: Shop, answer: str) -> None:
    row = followed_up(shop, answer)
    reopened_at = shop.rows("inbounds", LI)[-1].decided_at
    assert (row.status, row.severity, row.follow_up_at, row.first_response_at) == ("open", 1, None, None)
    assert row.first_response_due_at == reopened_at + timedelta(hours=2)
    assert row.resolution_due_at == reopened_at + timedelta(hours=48)
    assert shop.complaint_events(LI) == ["opened", "resolved", "followed_up", "reopened"]
    assert [one.reason for one in shop.rows("conversations", LI)] == ["complaint", "complaint_reopened"]
    shop.passes(hours=3)
    assert complaint_clock.record_breaches(shop.parts, shop.clock()) == 1
    resolves(shop)
    shop.passes(hours=26)
    assert asks(shop) == 1  # and is asked again


def test_two_days_of_silence_are_recorded_and_the_hold_ends_a_fortnight_later(shop: Shop) -> None:
    complains(shop)
    resolves(shop)
    shop.passes(hours=24, minutes=1)
    asks(shop)
    shop.passes(hours=47)
    assert advance_due(shop.parts, shop.clock()) == 0
    shop.passes(hours=1, minutes=1)
    assert advance_due(shop.parts, shop.clock()) == 1
    row = complaint(shop)
    assert (row.status, row.follow_up_result) == ("closed", "no_answer")
    assert timedelta(days=13, hours=23) < shop.profile(LI)["hold_until"] - shop.clock() <= timedelta(days=14)


def test_who_has_stopped_everything_is_called_instead(shop: Shop) -> None:
    shop.a_channel("us", "+15005550006", style="north_america")
    shop.texts(ALICE, "complaint the cake was broken", channel="us")
    shop.works()
    shop.hears((ALICE, "STOP"), channel="us")
    resolves(shop, ALICE, is_told_otherwise=True)
    shop.passes(hours=30)
    asks(shop)
    shop.passes(hours=16)
    shop.works()
    row = complaint(shop, ALICE)
    assert (row.status, row.follow_up_result) == ("closed", "not_possible")
    assert [one.reason for one in shop.rows("conversations", ALICE)][-1] == "call_customer"


def test_who_complains_again_before_the_follow_up_opens_the_same_complaint_again(shop: Shop) -> None:
    complains(shop)
    resolves(shop)
    shop.passes(hours=1)
    shop.texts(LI, "投诉 又坏了")
    assert complaint(shop).status == "open"
    assert ("reopened", "complained_again") in shop.reasons(LI, "complaint")


def test_no_follow_up_is_asked_of_an_open_complaint(shop: Shop) -> None:
    complains(shop)
    shop.passes(days=3)
    assert asks(shop) == 0
