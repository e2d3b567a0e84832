"""Deliveries that come together share a commit, and share nothing else: neither results nor faults."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import OperationalError

from app.providers.contract import Parsed
from app.usecases import receiving_together
from app.usecases.receive import Delivery, Received
from app.usecases.receiving_together import Reception
from tests.usecases.shop import Shop


def a_delivery(shop: Shop, number: int, text: str = "T", **told: str) -> Delivery:
    view = shop.channel()
    phone = f"+86139{number:08d}"
    return Delivery(view, Parsed(inbound=(shop.a_text(phone, text, view, **told),)), f"trace-{number}")


def test_each_delivery_gets_its_own_result(shop: Shop) -> None:
    reception = Reception(shop.parts)
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(reception.take, [a_delivery(shop, n % 20) for n in range(40)]))
    assert all(len(one.inbound_ids) == 1 and len(one.opted_out) == 1 for one in results)
    assert len({one.inbound_ids[0] for one in results}) == 40


def test_one_message_repeated_fifty_times_at_once_is_stored_once(shop: Shop) -> None:
    reception = Reception(shop.parts)
    same = [a_delivery(shop, 1, provider_message_id="m1") for _ in range(50)]
    with ThreadPoolExecutor(10) as pool:
        results = list(pool.map(reception.take, same))
    assert sum(len(one.inbound_ids) for one in results) == 1
    assert sum(one.duplicates for one in results) == 49
    assert len(shop.outbounds("+8613900000001")) == 1


class Gate:
    """Stands in for storing: the first batch waits until the others have queued behind it."""

    def __init__(self) -> None:
        self.is_open, self.entered = threading.Event(), threading.Event()
        self.batches: list[list[str]] = []

    def __call__(self, parts: object, deliveries: Sequence[Delivery], now: object) -> list[Received]:
        names = [one.trace_id for one in deliveries]
        self.batches.append(names)
        self.entered.set()
        assert self.is_open.wait(10)
        if "trace-13" in names:
            raise ValueError("a delivery that nothing can store")
        if "trace-99" in names:
            raise OperationalError("insert", {}, Exception("locked"))
        return [Received(duplicates=int(name.removeprefix("trace-"))) for name in names]


def together(shop: Shop, monkeypatch: pytest.MonkeyPatch, *numbers: int) -> tuple[Gate, dict[int, object]]:
    """The first delivery alone, all others behind it in one batch; what each got."""
    gate = Gate()
    monkeypatch.setattr(receiving_together, "receive", gate)
    reception, got = Reception(shop.parts), {}

    def take(number: int) -> None:
        try:
            got[number] = reception.take(a_delivery(shop, number)).duplicates
        except Exception as error:
            got[number] = type(error)

    threads = [threading.Thread(target=take, args=(number,)) for number in numbers]
    threads[0].start()
    assert gate.entered.wait(10)
    for thread in threads[1:]:
        thread.start()
    while len(reception._queue) < len(numbers) - 1:
        pass
    gate.is_open.set()
    for thread in threads:
        thread.join(10)
    return gate, got


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_comes_while_one_writes_shares_the_next_write(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, got = together(shop, monkeypatch, 1, 2, 3, 4)
    assert [len(batch) for batch in gate.batches] == [1, 3]
    assert got == {1: 1, 2: 2, 3: 3, 4: 4}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_bad_delivery_costs_no_neighbour(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    _, got = together(shop, monkeypatch, 1, 2, 13, 4)
    assert got == {1: 1, 2: 2, 13: ValueError, 4: 4}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_database_that_is_away_is_away_for_all_who_came_together(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, got = together(shop, monkeypatch, 1, 2, 99)
    assert got == {1: 1, 2: OperationalError, 99: OperationalError}


class Loses:
    """Stands in for storing: the transaction loses to another one so many times."""

    def __init__(self, times: int) -> None:
        self.times, self.tried = times, 0

    def __call__(self, parts: object, deliveries: Sequence[Delivery], now: object) -> list[Received]:
        self.tried += 1
        if self.tried <= self.times:
            lost = Exception("deadlock detected")
            lost.sqlstate = "40P01"  # type: ignore[attr-defined]
            raise OperationalError("update", {}, lost)
        return [Received() for _ in deliveries]


@pytest.mark.parametrize(("times", "is_stored"), [(1, True), (2, True), (3, False)])
def test_a_transaction_that_lost_to_another_is_tried_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, times: int, is_stored: bool
) -> None:
    loses = Loses(times)
    monkeypatch.setattr(receiving_together, "receive", loses)
    reception = Reception(shop.parts)
    if is_stored:
        assert reception.take(a_delivery(shop, 1)) == Received()
    else:
        with pytest.raises(OperationalError):
            reception.take(a_delivery(shop, 1))
    assert loses.tried == min(times + 1, 3)
