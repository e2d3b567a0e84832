"""The worker: a provider that hangs holds up its own channel alone."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine

from app.domain.purpose import Cause, CauseKind
from app.processes.worker import Worker
from app.providers.contract import Accepted, Outcome, Outgoing
from app.providers.transport import Answer
from app.usecases.directory import ChannelView
from tests.usecases.shop import LI, WANG, Shop


class Hanging:
    """A line that answers nothing until it is let go."""

    def __init__(self) -> None:
        self.free = threading.Event()

    def take(self, messages: Sequence[Outgoing], settings: Any) -> list[Outcome]:
        self.free.wait(20)
        return [Accepted(message.id) for message in messages]


def test_a_provider_that_hangs_holds_up_its_own_channel_alone(engine: Engine) -> None:
    shop, hanging = Shop(engine), Hanging()
    slow = shop.a_channel("slow", "10690007")
    lines = {slow.id: hanging}
    parts = shop.parts.__class__(
        **{name: getattr(shop.parts, name) for name in shop.parts.__slots__ if name != "connect"},
        connect=lambda channel: lines.get(channel.id) or shop.parts.connect(channel),
    )
    cause = Cause(CauseKind.EVENT, shop.clock(), "order.placed")
    held = shop.queues(LI, "您的订单已收到", cause, sender=slow.senders[0])
    sent = shop.queues(WANG, "您的订单已收到", cause)
    worker = Worker(parts)
    running = threading.Thread(target=worker.run)
    running.start()
    try:
        pause = threading.Event()
        for _ in range(200):
            if (shop.outbound(sent).status, shop.outbound(held).status) == ("accepted", "handing"):
                break
            pause.wait(0.05)
        assert (shop.outbound(sent).status, shop.outbound(held).status) == ("accepted", "handing")
    finally:
        hanging.free.set()
        worker.stop()
        running.join(30)
    assert shop.outbound(held).status == "accepted"


class HangingGateway:
    """An HTTP pool that answers nothing until it is let go, and counts who has called."""

    def __init__(self) -> None:
        self.free = threading.Event()
        self.open = 0
        self._counting = threading.Lock()

    def request(self, *_: Any, **__: Any) -> Answer:
        with self._counting:
            self.open += 1
        self.free.wait(20)
        return Answer(200)


def test_whatever_is_let_go_is_on_its_way_at_once_however_many_providers_hang(engine: Engine) -> None:
    """Else bytes would leave long after the gate's word, and an opt-out in between would count for nothing."""
    shop, hanging = Shop(engine), HangingGateway()
    channels = [
        shop.a_channel(
            f"slow-{n}", f"1069000{n}", provider="http", key="k" * 16, send_url="https://g.example"
        )
        for n in range(4)
    ]
    parts = replace(shop.parts, connect=lambda _: hanging)
    size = channels[0].capabilities.concurrency
    cause = Cause(CauseKind.EVENT, shop.clock(), "order.placed")
    for number, channel in enumerate(channels):
        for one in range(size + 2):
            phone = f"+861390{number:03}{one:04}"
            shop.queues(phone, "您的订单已收到", cause, sender=channel.senders[0])
    worker = Worker(parts)
    running = threading.Thread(target=worker.run)
    running.start()
    try:
        let_go = 0
        for _ in range(200):
            let_go = shop.number_of_outbounds("handing")
            if let_go == hanging.open == size * len(channels):
                break
            threading.Event().wait(0.05)
        assert (let_go, hanging.open) == (size * len(channels), size * len(channels))
    finally:
        hanging.free.set()
        worker.stop()
        running.join(30)


def test_a_channel_whose_rounds_fail_pauses_and_slows_no_other(engine: Engine) -> None:
    shop, failures = Shop(engine), []
    broken = shop.a_channel("broken", "10690007")

    def connect(channel: ChannelView) -> Any:
        if channel.id == broken.id:
            failures.append(channel.name)
            raise RuntimeError("its secret cannot be read")
        return shop.parts.connect(channel)

    cause = Cause(CauseKind.EVENT, shop.clock(), "order.placed")
    held = shop.queues(LI, "您的订单已收到", cause, sender=broken.senders[0])
    worker = Worker(replace(shop.parts, connect=connect))
    sent = []
    for number in range(40):
        sent.append(shop.queues(f"+86139000030{number:02}", "您的订单已收到", cause))
        worker._out()
    for _ in range(100):
        if shop.number_of_outbounds("accepted") == len(sent):
            break
        worker._out()
    assert [shop.outbound(one).status for one in sent] == ["accepted"] * len(sent)
    assert shop.outbound(held).status == "queued"
    assert 1 <= len(failures) <= 5
    worker._rounds.pop(broken.id, None)
    worker._forget([broken.id])
    assert broken.id in worker._failures
    worker._forget([])
    assert not worker._failures


def test_a_channels_threads_end_when_its_concurrency_changes_or_it_is_gone(engine: Engine) -> None:
    shop = Shop(engine)
    channel = shop.channel()
    worker = Worker(shop.parts)
    first = worker._senders_of(channel)
    assert worker._senders_of(channel) is first
    wider = replace(
        channel, capabilities=replace(channel.capabilities, concurrency=channel.capabilities.concurrency + 1)
    )
    second = worker._senders_of(wider)
    worker._forget([])
    for pool in (first, second):
        with pytest.raises(RuntimeError, match="shutdown"):
            pool.submit(print)
    assert worker._senders_of(channel) not in (first, second)
