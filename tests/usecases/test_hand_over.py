"""Hand-overs in order and in time: one customer's messages leave one after the other, and nothing leaves too late."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import update

from app.domain.purpose import Cause, CauseKind
from app.providers.contract import Accepted, Outcome, Outgoing, Rejected, Rejection
from app.store.outbound import queue
from app.store.outbound.table import CLAIMED, Outbound
from app.usecases import dispatch
from app.usecases.dispatch import STALE_AFTER, dispatch_channel, hand_over
from tests.usecases.shop import ALICE, LI, WANG, Lines, Shop

LEASE = timedelta(seconds=30)


def order(shop: Shop) -> Cause:
    return Cause(CauseKind.EVENT, shop.clock(), "order.placed")


def two_messages(shop: Shop) -> tuple[UUID, UUID]:
    first = shop.queues(WANG, "您的订单已收到", order(shop))
    return first, shop.queues(WANG, "您的订单已发出", order(shop))


def claim(shop: Shop, limit: int) -> list[UUID]:
    """What a worker takes."""
    with shop.parts.store.write() as session:
        return queue.claim(session, shop.channel().id, limit, shop.clock(), LEASE)


def test_what_did_not_leave_in_time_goes_back_to_the_gate(shop: Shop) -> None:
    message = shop.queues(WANG, "新品上架", Cause(CauseKind.CAMPAIGN, shop.clock()))
    lines = Lines()

    def slow(_: Any) -> Lines:
        shop.passes(seconds=STALE_AFTER.total_seconds() + 1)  # the worker stood still
        return lines

    shop.parts = replace(shop.parts, connect=slow)
    shop.dispatches()
    row = shop.outbound(message)
    assert (row.status, row.reason, row.code, lines.taken) == ("queued", "retry", "stale", [])
    shop.hears((WANG, "T"))
    shop.parts = replace(shop.parts, connect=lambda _: lines)
    shop.passes(seconds=5)
    shop.dispatches()
    assert (shop.outbound(message).status, shop.outbound(message).reason) == ("cancelled", "opted_out")
    assert [one for one in lines.taken if one.id == str(message)] == []


def test_what_is_stale_after_a_slow_neighbour_does_not_leave(shop: Shop) -> None:
    lines = shop.dials()
    channel = shop.channel()
    one_by_one = replace(channel, capabilities=replace(channel.capabilities, batch=1))
    messages = [Outgoing(str(n), WANG, "1069", "x", None, 1) for n in range(3)]
    take = lines.take

    def slow(batch: Sequence[Outgoing], settings: Any) -> list[Outcome]:
        shop.passes(seconds=15)
        return take(batch, settings)

    lines.take = slow  # type: ignore[method-assign]
    with ThreadPoolExecutor(2) as pool:
        results = hand_over(shop.parts, one_by_one, messages, pool, shop.clock() + STALE_AFTER)
    assert [one.id for one in lines.taken] == ["0", "1"]
    assert results[2] == Rejected(Rejection.TEMPORARY, "stale")


def test_one_customers_messages_leave_in_order_side_by_side_with_others(shop: Shop) -> None:
    channel, chance = shop.channel(), Random(7)
    one_by_one = replace(channel, capabilities=replace(channel.capabilities, batch=1))
    messages = [Outgoing(f"{n}", (WANG, LI, ALICE)[n % 3], "1069", "x", None, 1) for n in range(30)]
    lines = shop.dials()
    take = lines.take

    def uneven(batch: Sequence[Outgoing], settings: Any) -> list[Outcome]:
        time.sleep(chance.random() / 100)
        return take(batch, settings)

    lines.take = uneven  # type: ignore[method-assign]
    with ThreadPoolExecutor(8) as pool:
        results = hand_over(shop.parts, one_by_one, messages, pool, shop.clock() + STALE_AFTER)
    assert results == [Accepted(f"p-{n}") for n in range(30)]
    for phone in (WANG, LI, ALICE):
        left = [int(one.id) for one in lines.taken if one.to_phone == phone]
        assert left == sorted(left)


def test_two_workers_do_not_share_one_customers_messages(shop: Shop) -> None:
    first, second = two_messages(shop)
    other = shop.queues(LI, "您的订单已收到", order(shop))
    assert claim(shop, 1) == [first]
    assert claim(shop, 9) == [other]
    with shop.parts.store.write() as session:
        queue.unclaim(session, [first])
    assert claim(shop, 9) == [first, second]


def test_what_is_more_urgent_does_not_wait_for_what_is_under_way(shop: Shop) -> None:
    first, _ = two_messages(shop)
    assert claim(shop, 1) == [first]
    shop.hears((WANG, "退订"))
    (confirmation,) = claim(shop, 1)
    assert shop.outbound(confirmation).purpose == "opt_out_confirmation"


def test_a_worker_that_claimed_at_the_same_moment_gives_the_later_message_back(shop: Shop) -> None:
    first, second = two_messages(shop)
    with shop.parts.store.write() as session:  # neither saw the other's claim
        session.execute(update(Outbound).values(status=CLAIMED, leased_until=shop.clock() + LEASE))
    done, leaving = dispatch._decide(shop.parts, shop.channel(), [second])
    assert (done.handed, leaving, shop.outbound(second).status) == (0, [], "queued")
    done, leaving = dispatch._decide(shop.parts, shop.channel(), [first])
    assert [one.row.id for one in leaving] == [first]


def test_two_workers_at_once_keep_every_customers_order(shop: Shop) -> None:
    phones = [f"+86139000010{n:02}" for n in range(6)]
    wanted = {phone: [str(shop.queues(phone, f"第{n}条", order(shop))) for n in range(4)] for phone in phones}
    lines, channel = shop.dials(), shop.channel()
    take = lines.take

    def uneven(batch: Sequence[Outgoing], settings: Any) -> list[Outcome]:
        time.sleep(0.01 if len(batch) % 2 else 0.002)
        return take(batch, settings)

    lines.take = uneven  # type: ignore[method-assign]

    def work(batch: int) -> None:
        small = replace(channel, capabilities=replace(channel.capabilities, batch=batch))
        idle = 0
        while idle < 20:
            claimed = dispatch_channel(shop.parts, small, None).claimed
            idle = 0 if claimed else idle + 1
            time.sleep(0 if claimed else 0.005)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, (3, 5)))
    for phone in phones:
        assert [one.id for one in lines.taken if one.to_phone == phone] == wanted[phone]
