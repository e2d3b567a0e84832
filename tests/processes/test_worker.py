"""The worker: a provider that hangs holds up its own channel alone."""

import threading
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine

from app.domain.purpose import Cause, CauseKind
from app.processes.worker import Worker
from app.providers.contract import Accepted, Outcome, Outgoing
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
