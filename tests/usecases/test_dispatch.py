"""Handing over: priorities, pacing, leases."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.domain.purpose import Cause, CauseKind
from app.jobs import release_leases
from app.store.channels import Channel
from app.store.outbound import queue
from tests.usecases.shop import ALICE, LI, WANG, Shop


def campaign(shop: Shop) -> Cause:
    return Cause(CauseKind.CAMPAIGN, shop.clock())


def order(shop: Shop) -> Cause:
    return Cause(CauseKind.EVENT, shop.clock(), "order.placed")


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


def test_nothing_is_claimed_on_a_channel_that_is_switched_off(shop: Shop) -> None:
    shop.queues(WANG, "您的订单已收到", order(shop))
    with shop.parts.store.write() as session:
        session.execute(update(Channel).values(is_active=False))
    shop.parts.directory.renew()
    assert shop.dispatches().claimed == 0
