"""Carriers' limits at the hand-over: what is beyond them waits, within a batch and across batches."""

from dataclasses import replace
from datetime import timedelta

from app.domain.compliance.facts import CarrierLimit
from app.domain.purpose import Cause, CauseKind
from tests.usecases.shop import LI, WANG, Shop

HOUR = timedelta(hours=1)


def serves(shop: Shop, phone: str = WANG) -> object:
    return shop.queues(phone, "您的订单已收到", Cause(CauseKind.EVENT, shop.clock(), "order.placed"))


def fate(shop: Shop, message: object) -> tuple[str, str | None]:
    row = shop.outbound(message)  # type: ignore[arg-type]
    return row.status, row.reason


def test_what_is_beyond_the_limit_waits_for_room(shop: Shop) -> None:
    limits = {"mainland": (CarrierLimit(2, HOUR),)}
    shop.parts = replace(shop.parts, rules=replace(shop.parts.rules, carrier_limits=limits))
    begun = shop.clock()
    messages = [serves(shop) for _ in range(3)]
    other = serves(shop, LI)
    for _ in messages:
        shop.dispatches()
    assert sorted(fate(shop, one)[0] for one in messages) == ["accepted", "accepted", "queued"]
    (late,) = (one for one in messages if fate(shop, one)[0] == "queued")
    assert fate(shop, late) == ("queued", "carrier_limit")
    assert begun < shop.outbound(late).due_at <= shop.clock() + HOUR  # type: ignore[arg-type]
    assert fate(shop, other)[0] == "accepted"
    shop.passes(hours=1)
    shop.dispatches()
    assert fate(shop, late) == ("accepted", None)
