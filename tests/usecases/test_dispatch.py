"""Handing over: the gate's word kept and logged once, retries by class, pacing, priorities, leases."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from app.domain.purpose import Cause, CauseKind
from app.domain.sms_parts import count
from app.jobs import release_leases
from app.providers.contract import Accepted, Rejected, Rejection, Unknown
from app.store import customers
from app.store.brands import Brand
from app.store.channels import Channel
from app.store.customers import Profile
from app.store.outbound import queue
from app.usecases import outcomes
from tests.usecases.shop import ALICE, LI, WANG, Shop

NIGHT = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
"""Midnight in Shanghai."""


def campaign(shop: Shop) -> Cause:
    return Cause(CauseKind.CAMPAIGN, shop.clock())


def order(shop: Shop) -> Cause:
    return Cause(CauseKind.EVENT, shop.clock(), "order.placed")


def know(shop: Shop, phone: str, **values: object) -> None:
    """Change what the demo brand knows of a customer."""
    mine = (Profile.customer_id == shop.customer(phone).id, Profile.brand_id == shop.brand.id)
    with shop.parts.store.write() as session:
        session.execute(update(Profile).where(*mine).values(**values))


def number_is(shop: Shop, phone: str, status: str) -> None:
    with shop.parts.store.write() as session:
        customers.set_number_status(session, shop.customer(phone).id, status, shop.clock())


REFUSED = {
    "no_consent": lambda shop: know(shop, WANG, consent="none"),
    "consent_pending": lambda shop: know(shop, WANG, consent="pending"),
    "opted_out": lambda shop: know(shop, WANG, consent="withdrawn"),
    "dead_number": lambda shop: number_is(shop, WANG, "dead"),
    "suspended_number": lambda shop: number_is(shop, WANG, "suspended"),
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
    "quiet_hours": lambda shop: shop.passes(hours=9, minutes=5),
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
    if reason == "quiet_hours":
        assert shop.outbound(message).status == "accepted"
    assert told == [("deferred", reason)]


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
    assert row.due_at == NIGHT + timedelta(hours=8)
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


def test_number_0001_is_delivered(shop: Shop) -> None:
    shop.queues(WANG, "您的订单已收到", order(shop))
    shop.works()
    row = shop.outbounds(WANG)[0]
    assert (row.status, row.attempts, row.code) == ("delivered", 1, None)
    assert shop.customer(WANG).number_status == "verified"


def test_number_0002_is_dead_and_later_messages_are_refused(shop: Shop) -> None:
    phone = "+8613900000002"
    shop.a_customer(phone)
    shop.queues(phone, "您的订单已收到", order(shop))
    shop.works()
    assert (shop.outbounds(phone)[0].status, shop.outbounds(phone)[0].code) == ("undelivered", "MK:0001")
    assert shop.customer(phone).number_status == "dead"
    shop.queues(phone, "新品上架", campaign(shop))
    shop.dispatches()
    assert shop.outbounds(phone)[1].reason == "dead_number"
    assert ("dead", "receipt") in shop.reasons(phone, "number")


def test_number_0003_is_tried_again_with_growing_pauses_and_then_delivered(shop: Shop) -> None:
    phone = "+8613900000003"
    shop.queues(phone, "您的订单已收到", order(shop))
    pauses = []
    for _ in range(2):
        shop.dispatches()
        row = shop.outbounds(phone)[0]
        assert (row.status, row.reason, row.code) == ("queued", "retry", "busy")
        pauses.append(round((row.due_at - shop.clock()).total_seconds()))
        assert shop.dispatches().claimed == 0
        shop.clock.at = row.due_at
    assert pauses == [2, 8]
    shop.works()
    row = shop.outbounds(phone)[0]
    assert (row.status, row.attempts, row.reason) == ("delivered", 3, None)


def test_number_0004_stays_accepted_for_ever(shop: Shop) -> None:
    phone = "+8613900000004"
    shop.queues(phone, "您的订单已收到", order(shop))
    shop.works()
    shop.passes(days=9)
    shop.works()
    assert shop.outbounds(phone)[0].status == "accepted"


def test_number_0005_is_unknown_until_its_receipt_and_never_sent_again(shop: Shop) -> None:
    phone = "+8613900000005"
    shop.queues(phone, "您的订单已收到", order(shop))
    shop.dispatches()
    assert (shop.outbounds(phone)[0].status, shop.outbounds(phone)[0].reason) == ("unknown", "answer_lost")
    shop.works()
    assert (shop.outbounds(phone)[0].status, shop.outbounds(phone)[0].attempts) == ("delivered", 1)


def test_replies_go_before_service_and_service_before_marketing(shop: Shop) -> None:
    lines = shop.dials()
    shop.queues(WANG, "新品上架", campaign(shop))
    shop.queues(ALICE, "your order has left", order(shop))
    shop.texts(LI, "帮助")
    shop.hears((WANG, "T恤还有吗"))
    shop.answers()
    shop.dispatches()
    assert [message.to_phone for message in lines.taken] == [LI, WANG, ALICE, WANG]


def test_what_is_urgent_leaves_first_where_the_pace_lets_only_some_leave(shop: Shop) -> None:
    slow = shop.a_channel("slow", "10690002", rate_per_second=1, style="mainland")
    lines = shop.dials()
    for n in range(8):
        shop.queues(f"+86139000010{n:02}", "您的订单已收到", order(shop), sender=slow.senders[0])
    shop.texts(LI, "帮助", channel="slow")
    shop.dispatches()
    assert [message.to_phone for message in lines.taken] == [LI]


def test_a_channel_keeps_its_pace(shop: Shop) -> None:
    slow = shop.a_channel("slow", "10690002", rate_per_second=2)
    lines = shop.dials()
    for n in range(12):
        shop.queues(f"+86139000010{n:02}", "您的订单已收到", order(shop), sender=slow.senders[0])
    for second in range(4):
        for _ in range(3):
            shop.dispatches()
        assert len(lines.taken) <= 2 * (second + 2)
        shop.passes(seconds=1)
    assert len(lines.taken) >= 6


def test_a_number_keeps_its_pace_and_the_log_is_not_filled(shop: Shop) -> None:
    shop.a_sender(shop.channel().id, "10690007", rate_per_second=1)
    sender = next(one for one in shop.channel().senders if one.address == "10690007")
    lines = shop.dials()
    for n in range(4):
        shop.queues(f"+86139000010{n:02}", "您的订单已收到", order(shop), sender=sender)
    shop.dispatches()
    assert len(lines.taken) == 1
    for _ in range(8):
        shop.passes(seconds=1)
        shop.dispatches()
    assert len(lines.taken) == 4
    assert shop.reasons("+8613900001000") == [("allowed", "allowed")]
    for n in range(1, 4):  # however often each had to wait
        told = shop.reasons(f"+86139000010{n:02}")
        assert told == [("deferred", "number_paced"), ("allowed", "allowed")]


def test_what_is_refused_does_not_use_up_its_numbers_pace(shop: Shop) -> None:
    shop.a_sender(shop.channel().id, "10690007", rate_per_second=1)
    sender = next(one for one in shop.channel().senders if one.address == "10690007")
    lines = shop.dials()
    shop.queues(LI, "新品上架", Cause(CauseKind.EVENT, shop.clock(), "promo"), sender=sender)
    shop.queues(WANG, "新品上架", campaign(shop), sender=sender)
    shop.dispatches()
    assert [message.to_phone for message in lines.taken] == [WANG]


def test_what_a_dead_worker_had_claimed_goes_back_to_the_queue(shop: Shop) -> None:
    message = shop.queues(WANG, "您的订单已收到", order(shop))
    with shop.parts.store.write() as session:
        queue.claim(session, shop.channel().id, 10, shop.clock(), timedelta(seconds=30))
    shop.passes(seconds=29)
    assert release_leases.run(shop.parts, shop.clock()) == {"released": 0, "lost": 0}
    assert shop.dispatches().claimed == 0
    shop.passes(seconds=2)
    assert release_leases.run(shop.parts, shop.clock())["released"] == 1
    shop.works()
    assert shop.outbound(message).status == "delivered"


def test_a_hand_over_whose_worker_died_is_unknown_and_never_sent_again(shop: Shop) -> None:
    message = shop.queues(WANG, "您的订单已收到", order(shop))
    lines = shop.dials(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        shop.dispatches()
    assert shop.outbound(message).status == "handing"
    shop.passes(seconds=61)
    assert release_leases.run(shop.parts, shop.clock())["lost"] == 1
    assert (shop.outbound(message).status, shop.outbound(message).reason) == ("unknown", "hand_over_lost")
    assert shop.reasons(WANG)[-1] == ("unknown", "hand_over_lost")
    for _ in range(3):
        shop.passes(hours=1)
        shop.dispatches()
    assert len(lines.taken) == 1


def test_a_provider_that_raises_leaves_the_outcome_unknown(shop: Shop) -> None:
    message = shop.queues(WANG, "您的订单已收到", order(shop))
    lines = shop.dials(RuntimeError("broken"))
    shop.dispatches()
    assert shop.outbound(message).status == "unknown"
    assert shop.reasons(WANG) == [("allowed", "allowed"), ("unknown", "answer_lost")]
    shop.passes(hours=1)
    shop.dispatches()
    assert len(lines.taken) == 1


@pytest.mark.parametrize(
    ("kind", "is_for_staff"),
    [(Rejection.PERMANENT, False), (Rejection.CONTENT, True), (Rejection.CONFIG, True)],
)
def test_what_a_provider_will_never_take_is_not_tried_again(
    shop: Shop, kind: Rejection, is_for_staff: bool
) -> None:
    message = shop.queues(WANG, "您的订单已收到", order(shop))
    lines = shop.dials(Rejected(kind, "E1"))
    shop.dispatches()
    row = shop.outbound(message)
    assert (row.status, row.reason, row.code) == ("failed", f"provider_{kind}", "E1")
    assert row.is_for_staff is is_for_staff
    assert shop.reasons(WANG) == [("allowed", "allowed"), ("failed", f"provider_{kind}")]
    shop.passes(hours=1)
    shop.dispatches()
    assert len(lines.taken) == 1


def test_a_temporary_refusal_is_tried_six_times_and_then_given_up(shop: Shop) -> None:
    message = shop.queues(WANG, "您的订单已收到", order(shop))
    lines = shop.dials(*[Rejected(Rejection.TEMPORARY, "busy")] * 9)
    for _ in range(9):
        shop.dispatches()
        shop.passes(minutes=16)
    assert len(lines.taken) == outcomes.MAX_ATTEMPTS
    put_off = [one for one in shop.reasons(WANG) if one != ("allowed", "allowed")]
    assert put_off == [("deferred", "retry"), ("failed", "provider_temporary")]
    assert (shop.outbound(message).status, shop.outbound(message).reason) == ("failed", "provider_temporary")


def test_a_provider_may_ask_for_a_longer_pause(shop: Shop) -> None:
    message = shop.queues(WANG, "您的订单已收到", order(shop))
    shop.dials(Rejected(Rejection.TEMPORARY, "busy", retry_after=timedelta(minutes=5)))
    shop.dispatches()
    assert shop.outbound(message).due_at - shop.clock() > timedelta(minutes=4)


def test_a_provider_that_knows_of_an_opt_out_opts_the_customer_out(shop: Shop) -> None:
    shop.queues(WANG, "您的订单已收到", order(shop))
    later = shop.queues(WANG, "新品上架", campaign(shop), due_at=shop.clock() + timedelta(minutes=5))
    shop.dials(Rejected(Rejection.OPT_OUT, "21610"))
    shop.dispatches()
    assert shop.profile(WANG)["consent"] == "withdrawn"
    assert shop.outbound(later).status == "cancelled"
    assert shop.rows("consents", WANG)[-1].source == "provider"
    assert [row.purpose for row in shop.outbounds(WANG)].count("opt_out_confirmation") == 0


def test_one_of_a_batch_that_is_rejected_costs_no_neighbour(shop: Shop) -> None:
    shop.queues(WANG, "您的订单已收到", order(shop))
    shop.queues(LI, "您的订单已收到", order(shop))
    shop.dials(Rejected(Rejection.PERMANENT, "E1"), Accepted("p2"))
    shop.dispatches()
    assert [shop.outbounds(phone)[0].status for phone in (WANG, LI)] == ["failed", "accepted"]


def test_an_answer_that_counts_wrong_leaves_everything_unknown(shop: Shop) -> None:
    shop.queues(WANG, "您的订单已收到", order(shop))
    lines = shop.dials()
    lines.take = lambda *_: [Unknown("x"), Unknown("y")]  # type: ignore[method-assign]
    shop.dispatches()
    assert shop.outbounds(WANG)[0].status == "unknown"


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
    shop.passes(hours=37)  # nine in the morning in California
    shop.dispatches()
    row = shop.outbound(message)
    assert (before.purpose, row.purpose) == ("reply", "marketing")
    counted = count(row.text, "gsm")
    assert (row.parts, row.encoding) == (counted.parts, counted.encoding)
    assert row.parts > before.parts


def test_nothing_is_claimed_on_a_channel_that_is_switched_off(shop: Shop) -> None:
    shop.queues(WANG, "您的订单已收到", order(shop))
    with shop.parts.store.write() as session:
        session.execute(update(Channel).values(is_active=False))
    shop.parts.directory.renew()
    assert shop.dispatches().claimed == 0
