"""Hand-overs in order and in time: one customer's messages leave one after the other, and nothing leaves too late."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from app.domain.compliance.facts import Send
from app.domain.purpose import Cause, CauseKind, Purpose
from app.jobs import release_leases
from app.providers.contract import Accepted, Outcome, Outgoing, Rejected, Rejection
from app.store.outbound import queue
from app.store.outbound.table import CLAIMED, Outbound
from app.usecases import dispatch as dispatching
from app.usecases import gate
from app.usecases.directory import ChannelView
from app.usecases.dispatch import STALE_AFTER, Line, dispatch_channel, hand_over
from app.usecases.gate_facts import GateFacts
from app.usecases.prepared import Prepared
from tests.usecases.shop import LI, WANG, Lines, Shop

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


def stands_still(shop: Shop, monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """After each word of the gate the worker stands still for so long."""
    decide = dispatching.decide_batch

    def slow(*told: Any) -> gate.Decisions:
        decided = decide(*told)
        shop.passes(seconds=seconds)
        return decided

    monkeypatch.setattr(dispatching, "decide_batch", slow)


def test_what_did_not_leave_in_time_goes_back_to_the_gate(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    message, lines = shop.queues(WANG, "新品上架", Cause(CauseKind.CAMPAIGN, shop.clock())), shop.dials()
    with monkeypatch.context() as meanwhile:
        stands_still(shop, meanwhile, STALE_AFTER.total_seconds() + 1)
        shop.dispatches()
    row = shop.outbound(message)
    assert (row.status, row.reason, row.code, lines.taken) == ("queued", "retry", "stale", [])
    shop.hears((WANG, "T"))
    shop.passes(seconds=5)
    shop.dispatches()
    assert (shop.outbound(message).status, shop.outbound(message).reason) == ("cancelled", "opted_out")
    assert [one for one in lines.taken if one.id == str(message)] == []


def test_after_a_batch_that_failed_each_leaves_before_the_next_is_decided(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the first of many would leave long after the gate's word on it, and an opt-out between would not count."""
    for number in range(4):
        shop.queues(f"+86139000020{number:02}", "您的订单已收到", order(shop))
    happened: list[str] = []
    decide, lines = dispatching.decide_batch, shop.dials()
    take = lines.take

    def failing(parts: Any, channel: ChannelView, ids: Sequence[UUID]) -> gate.Decisions:
        if len(ids) > 1:
            raise ValueError("one of them cannot be read")
        happened.append("decided")
        shop.passes(seconds=1)
        return decide(parts, channel, ids)

    def taken(batch: Sequence[Outgoing], settings: Any) -> list[Outcome]:
        happened.append("left")
        return take(batch, settings)

    lines.take = taken  # type: ignore[method-assign]
    monkeypatch.setattr(dispatching, "decide_batch", failing)
    shop.dispatches()
    assert happened == ["decided", "left"] * 4
    assert shop.number_of_outbounds("accepted") == 4


def test_a_provider_that_cannot_be_reached_for_leaves_everything_queued(shop: Shop) -> None:
    message, lines = shop.queues(WANG, "您的订单已收到", order(shop)), Lines()

    def no_line(_: Any) -> Lines:
        raise RuntimeError("no secret")

    shop.parts = replace(shop.parts, connect=no_line)
    with pytest.raises(RuntimeError, match="no secret"):
        shop.dispatches()
    assert (shop.outbound(message).status, shop.outbound(message).attempts) == ("queued", 0)
    shop.parts = replace(shop.parts, connect=lambda _: lines)
    shop.dispatches()
    assert shop.outbound(message).status == "accepted"


def one_by_one(shop: Shop, concurrency: int = 8) -> ChannelView:
    """The shop's channel, with a provider that takes single messages."""
    channel = shop.channel()
    return replace(channel, capabilities=replace(channel.capabilities, batch=1, concurrency=concurrency))


def test_what_is_stale_after_a_slow_neighbour_does_not_leave(shop: Shop) -> None:
    lines = shop.dials()
    messages = [Outgoing(str(n), WANG, "1069", "x", None, 1) for n in range(3)]
    take = lines.take

    def slow(batch: Sequence[Outgoing], settings: Any) -> list[Outcome]:
        shop.passes(seconds=STALE_AFTER.total_seconds() * 0.75)
        return take(batch, settings)

    lines.take = slow  # type: ignore[method-assign]
    with ThreadPoolExecutor(1) as pool:
        line = Line(one_by_one(shop), lines, pool)
        results = hand_over(shop.clock, line, messages, shop.clock() + STALE_AFTER)
    assert [one.id for one in lines.taken] == ["0", "1"]
    assert results[2] == Rejected(Rejection.TEMPORARY, "stale")


def test_results_keep_the_order_of_the_messages_however_long_each_takes(shop: Shop) -> None:
    chance = Random(7)
    messages = [Outgoing(f"{n}", WANG, "1069", "x", None, 1) for n in range(30)]
    lines = shop.dials()
    take = lines.take

    def uneven(batch: Sequence[Outgoing], settings: Any) -> list[Outcome]:
        time.sleep(chance.random() / 100)
        return take(batch, settings)

    lines.take = uneven  # type: ignore[method-assign]
    with ThreadPoolExecutor(8) as pool:
        line = Line(one_by_one(shop), lines, pool)
        results = hand_over(shop.clock, line, messages, shop.clock() + STALE_AFTER)
    assert results == [Accepted(f"p-{n}") for n in range(30)]


@pytest.mark.parametrize("threads", [0, 8])
def test_one_customers_messages_leave_in_order_and_none_waits_behind_another(
    shop: Shop, threads: int
) -> None:
    """No bytes leave after an opt-out that was committed while the message before them was being handed over."""
    channel, lines = one_by_one(shop), shop.dials()
    offers = [
        shop.queues(WANG, text, Cause(CauseKind.CAMPAIGN, shop.clock())) for text in ("新品一", "新品二")
    ]
    other = shop.queues(LI, "您的订单已收到", order(shop))
    take = lines.take

    def opted_out_meanwhile(batch: Sequence[Outgoing], settings: Any) -> list[Outcome]:
        if batch[0].to_phone == WANG and "新品" in batch[0].text:
            shop.hears((WANG, "T"))
        return take(batch, settings)

    lines.take = opted_out_meanwhile  # type: ignore[method-assign]
    with ThreadPoolExecutor(8) as pool:
        while dispatch_channel(shop.parts, channel, pool if threads else None).claimed:
            pass
    sent = [one.id for one in lines.taken]
    assert (str(offers[0]) in sent, str(offers[1]) in sent, str(other) in sent) == (True, False, True)
    assert (shop.outbound(offers[1]).status, shop.outbound(offers[1]).reason) == ("cancelled", "opted_out")


@pytest.mark.parametrize(("threads", "most"), [(0, 1), (8, 8)])
def test_no_more_are_let_go_than_leave_at_once(shop: Shop, threads: int, most: int) -> None:
    for number in range(12):
        shop.queues(f"+86139000020{number:02}", "您的订单已收到", order(shop))
    shop.dials()
    with ThreadPoolExecutor(8) as pool:
        done = dispatch_channel(shop.parts, one_by_one(shop), pool if threads else None)
    assert (done.claimed, done.handed) == (most, most)


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
    decided = gate.decide_batch(shop.parts, shop.channel(), [second])
    assert (decided.leaving, decided.deferred, decided.refused) == ([], 0, 0)
    assert shop.outbound(second).status == "queued"
    leaving = gate.decide_batch(shop.parts, shop.channel(), [first]).leaving
    assert [one.row.id for one in leaving] == [first]


def decided_of(prepared: Prepared, shop: Shop) -> dict[UUID, Send]:
    """What the gate still has to decide of these messages once it has the locks."""
    with shop.parts.store.write() as session:
        facts = GateFacts.read(session, prepared)
        return {row.id: facts.send(row)[0] for row in facts.rows}


def test_a_claim_that_ran_out_and_is_anothers_now_is_not_decided_by_its_first_holder(shop: Shop) -> None:
    first, _ = two_messages(shop)
    claim(shop, 1)
    prepared = Prepared.read(shop.parts, shop.channel(), [first])
    assert list(decided_of(prepared, shop)) == [first]
    shop.passes(seconds=31)
    release_leases.run(shop.parts, shop.clock())
    assert claim(shop, 1) == [first]
    assert decided_of(prepared, shop) == {}


def test_what_is_cancelled_after_it_was_made_ready_does_not_leave(shop: Shop) -> None:
    message = shop.queues(WANG, "新品上架", Cause(CauseKind.CAMPAIGN, shop.clock()))
    claim(shop, 1)
    prepared = Prepared.read(shop.parts, shop.channel(), [message])
    shop.hears((WANG, "退订"))
    assert decided_of(prepared, shop) == {}


def test_what_was_made_ready_as_a_reply_is_composed_anew_once_it_is_marketing(shop: Shop) -> None:
    shop.hears((WANG, "有优惠吗"))
    message = shop.queues(WANG, "有的", Cause(CauseKind.INBOUND, shop.clock()))
    claim(shop, 1)
    prepared = Prepared.read(shop.parts, shop.channel(), [message])
    assert "退订" not in decided_of(prepared, shop)[message].text
    shop.passes(hours=25)
    send = decided_of(prepared, shop)[message]
    assert send.purpose is Purpose.MARKETING
    assert "退订" in send.text


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
