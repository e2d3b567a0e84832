"""Receipts: in any order, any number of times, before or after the provider's answer; a state only rises."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.domain.purpose import Cause, CauseKind
from app.providers.contract import Accepted, Outcome, Outgoing, ReceiptStatus
from app.store.outbound.receipts import Receipt
from tests.usecases.shop import WANG, Shop


def a_message(shop: Shop, text: str = "您的订单已收到") -> UUID:
    """A message that the provider has accepted as `p1`."""
    message = shop.queues(WANG, text, Cause(CauseKind.EVENT, shop.clock(), "order.placed"))
    shop.dials(Accepted("p1"))
    shop.dispatches()
    return message


def kept(shop: Shop) -> list[bool]:
    """Whether each receipt has been applied."""
    table = Receipt.__table__
    with shop.parts.store.read() as session:
        found = session.execute(select(table).order_by(table.c.id))
        return [row.applied_at is not None for row in found]


def test_a_receipt_by_the_providers_id_settles_the_message(shop: Shop) -> None:
    message = a_message(shop)
    assert shop.reports("p1", "delivered") == 1
    row = shop.outbound(message)
    assert row.status == "delivered"
    assert row.settled_at is not None


def test_a_receipt_by_our_id_settles_the_message(shop: Shop) -> None:
    message = a_message(shop)
    shop.reports(None, "delivered", outbound_id=str(message))
    assert shop.outbound(message).status == "delivered"


@pytest.mark.parametrize(
    ("reports", "status"),
    [
        (["sent", "delivered"], "delivered"),
        (["delivered", "sent"], "delivered"),
        (["delivered", "delivered", "delivered"], "delivered"),
        (["undelivered", "delivered"], "delivered"),
        (["delivered", "undelivered"], "delivered"),
        (["delivered", "read", "sent"], "read"),
        (["accepted"], "accepted"),
        (["sent", "accepted"], "sent"),
    ],
)
def test_a_state_only_rises(shop: Shop, reports: list[str], status: str) -> None:
    message = a_message(shop)
    for report in reports:
        shop.reports("p1", report)
    assert shop.outbound(message).status == status
    assert kept(shop) == [True] * len(reports)


def test_a_receipt_that_names_nobody_is_kept(shop: Shop) -> None:
    assert shop.reports("p9", "delivered") == 0
    assert shop.reports(None, "delivered", outbound_id="not ours") == 0
    assert shop.reports(None, "delivered", outbound_id=str(uuid4())) == 0
    assert kept(shop) == [False] * 3


def test_a_receipt_of_another_channel_does_not_count(shop: Shop) -> None:
    other = shop.a_channel("other", "10690002")
    cause = Cause(CauseKind.EVENT, shop.clock(), "order.placed")
    message = shop.queues(WANG, "您的订单已收到", cause, sender=other.senders[0])
    shop.dials(Accepted("p1"))
    shop.dispatches()
    shop.reports("p1", "delivered")
    shop.reports(None, "delivered", outbound_id=str(message))
    assert shop.outbound(message).status == "accepted"


class Eager:
    """A provider whose receipt arrives before its answer."""

    def __init__(self, shop: Shop, status: str, *, by_our_id: bool) -> None:
        self.shop, self.status, self.by_our_id = shop, status, by_our_id

    def take(self, messages: list[Outgoing], settings: object) -> list[Outcome]:
        ours = {"outbound_id": messages[0].id} if self.by_our_id else {}
        self.shop.reports("p1", self.status, **ours)
        return [Accepted("p1")]


@pytest.mark.parametrize("by_our_id", [False, True])
@pytest.mark.parametrize("status", ["delivered", "undelivered"])
def test_a_receipt_that_was_faster_than_the_answer_keeps_its_word(
    shop: Shop, status: str, by_our_id: bool
) -> None:
    message = shop.queues(WANG, "您的订单已收到", Cause(CauseKind.EVENT, shop.clock(), "order.placed"))
    shop.dials().take = Eager(shop, status, by_our_id=by_our_id).take  # type: ignore[method-assign]
    shop.dispatches()
    row = shop.outbound(message)
    assert (row.status, row.provider_id) == (status, "p1")
    assert kept(shop) == [True]


def test_codes_tell_about_the_number(shop: Shop) -> None:
    a_message(shop)
    shop.reports("p1", "undelivered", code="MK:0001")
    assert shop.customer(WANG).number_status == "dead"
    shop.hears((WANG, "我还在"))
    assert shop.customer(WANG).number_status == "verified"


def test_a_line_reported_suspended_twice_a_day_apart_is_suspended(shop: Shop) -> None:
    told = []
    for n in range(3):
        shop.queues(WANG, "您的订单已收到", Cause(CauseKind.EVENT, shop.clock(), "order.placed"))
        shop.dials(Accepted(f"s{n}"))
        shop.dispatches()
        shop.reports(f"s{n}", "undelivered", code="MK:0005")
        told.append(shop.customer(WANG).number_status)
        shop.passes(hours=13)
    assert told == ["doubtful", "doubtful", "suspended"]


def test_a_carriers_blacklist_is_an_opt_out(shop: Shop) -> None:
    a_message(shop)
    later = shop.queues(WANG, "新品上架", Cause(CauseKind.CAMPAIGN, shop.clock()))
    shop.reports("p1", "undelivered", code="MBBLACK")
    assert shop.profile(WANG)["consent"] == "withdrawn"
    assert shop.outbound(later).status == "cancelled"
    assert ("withdrawn", "provider") in [(row.kind, row.source) for row in shop.rows("consents", WANG)]
    shop.reports("p1", "undelivered", code="MBBLACK")
    assert [row.kind for row in shop.rows("consents", WANG)] == ["granted", "withdrawn"]


def test_the_moment_of_a_receipt_is_the_providers_where_it_tells_one(shop: Shop) -> None:
    message = a_message(shop)
    at = shop.clock() - timedelta(seconds=30)
    shop.reports("p1", ReceiptStatus.DELIVERED, at=at)
    assert shop.outbound(message).settled_at == at
