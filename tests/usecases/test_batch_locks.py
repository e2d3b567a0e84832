"""Deliveries that share a batch lock their customers once, in order: two batches never wait for each other."""

import time
from concurrent.futures import Future, ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import func, select, text, update

from app.domain.purpose import Cause, CauseKind
from app.providers.contract import Accepted, Parsed, ParsedReceipt, ReceiptStatus
from app.store import customers
from app.store.outbound.table import Outbound
from app.usecases import leases
from app.usecases.receive import Delivery, Received, receive
from tests.usecases.shop import ALICE, LI, WANG, Shop

WAITS = (
    select(func.count())
    .select_from(text("pg_stat_activity"))
    .where(text("datname = current_database() AND wait_event_type = 'Lock'"))
)
DEAD = ReceiptStatus.UNDELIVERED, "MK:0001"


def sent_to(shop: Shop, phone: str, provider_id: str) -> UUID:
    message = shop.queues(phone, "您的订单已收到", Cause(CauseKind.EVENT, shop.clock(), "order.placed"))
    shop.dials(Accepted(provider_id))
    shop.dispatches()
    return message


def a_receipt(
    shop: Shop, provider_id: str, status: ReceiptStatus = ReceiptStatus.DELIVERED, code: str | None = None
) -> Delivery:
    receipt = ParsedReceipt(provider_id, None, None, status, code, shop.clock())
    return Delivery(shop.channel(), Parsed(receipts=(receipt,)), f"trace-{provider_id}")


def a_text(shop: Shop, phone: str, words: str = "在吗") -> Delivery:
    return Delivery(shop.channel(), Parsed(inbound=(shop.a_text(phone, words, shop.channel()),)), "trace")


def until_one_more_waits(shop: Shop, before: int) -> None:
    for _ in range(500):
        with shop.parts.store.read() as session:
            if session.scalars(WAITS).one() > before:
                return
        time.sleep(0.02)
    pytest.fail("nobody waits for a lock")


def crossing(shop: Shop, held: UUID, first: list[Delivery], second: list[Delivery]) -> list[Received]:
    """Both batches at once, each stopped at the held customer with what it has locked before them."""

    def take(batch: list[Delivery]) -> list[Received]:
        return receive(shop.parts, batch, shop.clock())

    begun: list[Future[list[Received]]] = []
    with ThreadPoolExecutor(2) as pool:
        with shop.parts.store.write() as session:
            customers.lock(session, [held])
            for waiting, batch in enumerate((first, second)):
                begun.append(pool.submit(take, batch))
                until_one_more_waits(shop, waiting)
        return [received for one in begun for received in one.result(20)]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_receipts_of_the_same_people_in_opposite_order_do_not_deadlock(shop: Shop) -> None:
    for phone in (WANG, LI, ALICE):
        for number in "12":
            sent_to(shop, phone, f"{phone}.{number}")
    first = [a_receipt(shop, f"{phone}.1", *DEAD) for phone in (WANG, ALICE, LI)]
    second = [a_receipt(shop, f"{phone}.2", *DEAD) for phone in (LI, ALICE, WANG)]
    received = crossing(shop, shop.customer(ALICE).id, first, second)
    assert [one.receipts for one in received] == [1] * 6
    assert [shop.customer(phone).number_status for phone in (WANG, LI)] == ["dead"] * 2


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_texts_and_receipts_of_the_same_people_do_not_deadlock(shop: Shop) -> None:
    for phone, number in ((WANG, 1), (LI, 1), (ALICE, 1), (ALICE, 2)):
        sent_to(shop, phone, f"{phone}.{number}")
    first = [a_text(shop, WANG), a_receipt(shop, f"{ALICE}.1", *DEAD), a_receipt(shop, f"{LI}.1", *DEAD)]
    second = [a_text(shop, LI), a_receipt(shop, f"{ALICE}.2", *DEAD), a_receipt(shop, f"{WANG}.1", *DEAD)]
    received = crossing(shop, shop.customer(ALICE).id, first, second)
    assert [(len(one.inbound_ids), one.receipts) for one in received] == [(1, 0), (0, 1), (0, 1)] * 2


def test_receipts_of_one_message_in_several_deliveries_raise_it_once_to_the_best(shop: Shop) -> None:
    message = sent_to(shop, WANG, "w1")
    told = (ReceiptStatus.SENT, ReceiptStatus.DELIVERED, ReceiptStatus.UNDELIVERED)
    batch = [a_receipt(shop, "w1", status) for status in told]
    received = receive(shop.parts, batch, shop.clock())
    assert [one.receipts for one in received] == [1, 1, 1]
    assert shop.outbound(message).status == "delivered"


def test_who_writes_in_a_batch_that_reports_the_number_dead_has_a_number_that_works(shop: Shop) -> None:
    sent_to(shop, WANG, "w1")
    receive(shop.parts, [a_text(shop, WANG), a_receipt(shop, "w1", *DEAD)], shop.clock())
    assert shop.customer(WANG).number_status == "verified"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize(("held", "ended"), [("claimed", "queued"), ("handing", "unknown")])
def test_forsaken_messages_are_given_back_without_waiting_for_one_that_is_written_to(
    shop: Shop, held: str, ended: str
) -> None:
    """Whoever writes to one may want another next: to wait for them, holding that one, would be a deadlock."""
    event = Cause(CauseKind.EVENT, shop.clock(), "order.placed")
    first, second = (shop.queues(phone, "您的订单已收到", event) for phone in (WANG, LI))
    forsaken = {"status": held, "leased_until": shop.clock(), "handed_at": shop.clock()}
    with shop.parts.store.write() as session:
        session.execute(update(Outbound).values(forsaken))
    shop.passes(minutes=2)
    with shop.parts.store.write() as session:
        session.execute(select(Outbound.id).where(Outbound.id == first).with_for_update())
        assert sum(leases.release(shop.parts, shop.clock()).values()) == 1
    assert (shop.outbound(first).status, shop.outbound(second).status) == (held, ended)
    assert sum(leases.release(shop.parts, shop.clock()).values()) == 1
    assert shop.outbound(first).status == ended
