"""Deliveries that come together share a commit, and share nothing else: neither results nor faults."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.providers.contract import Parsed, Unparseable
from app.usecases import receiving_together
from app.usecases.parts import Parts
from app.usecases.receive import PIECE, Delivery, Received
from app.usecases.receiving_together import MOST, Reception, Stored
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


def a_large_delivery(shop: Shop, number: int) -> Delivery:
    view = shop.channel()
    told = [
        shop.a_text(f"+86138{n:08d}", f"第{n}条", view, provider_message_id=f"m{n}") for n in range(number)
    ]
    lost = tuple(Unparseable(f"bad {n}".encode(), "no phone number") for n in range(3))
    return Delivery(view, Parsed(inbound=tuple(told), unparseable=lost), "large")


def test_a_large_delivery_is_stored_whole_in_pieces_between_which_others_are_stored(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    items: list[list[int]] = []
    store = receiving_together.receive

    def noting(parts: Parts, deliveries: Sequence[Delivery], now: datetime) -> list[Received]:
        items.append([one.items for one in deliveries])
        if len(items) == 1:
            reception.hand_in(a_delivery(shop, 1), others.append)
        return store(parts, deliveries, now)

    others: list[Stored] = []
    monkeypatch.setattr(receiving_together, "receive", noting)
    reception = Reception(shop.parts)
    done = reception.take(a_large_delivery(shop, 2 * PIECE + 20))
    assert (len(done.inbound_ids), done.quarantined) == (2 * PIECE + 20, 3)
    assert items == [[PIECE], [1, PIECE], [20], [3]]
    assert isinstance(others[0], Received)
    again = reception.take(a_large_delivery(shop, 2 * PIECE + 20))
    assert (len(again.inbound_ids), again.duplicates) == (0, 2 * PIECE + 20)


def test_a_large_delivery_that_fails_midway_is_completed_when_it_is_repeated(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, calls = receiving_together.receive, []

    def failing(parts: Parts, deliveries: Sequence[Delivery], now: datetime) -> list[Received]:
        calls.append(deliveries)
        if len(calls) == 2:
            raise ValueError("a piece that nothing can store")
        return store(parts, deliveries, now)

    monkeypatch.setattr(receiving_together, "receive", failing)
    reception = Reception(shop.parts)
    with pytest.raises(ValueError, match="nothing can store"):
        reception.take(a_large_delivery(shop, 3 * PIECE))
    done = reception.take(a_large_delivery(shop, 3 * PIECE))
    assert (done.duplicates, len(done.inbound_ids)) == (PIECE, 2 * PIECE)


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


class Cut(Exception):
    """What PostgreSQL's driver raises, with its code."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


def together(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, *numbers: int, gate: Gate | None = None
) -> tuple[Gate, dict[int, object]]:
    """The first delivery alone, all others behind it in the next batches; what each got."""
    gate = gate or Gate()
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


def failing(error: Exception) -> type[Gate]:
    """A gate where the second batch fails so."""

    class Failing(Gate):
        def __call__(self, parts: object, deliveries: Sequence[Delivery], now: object) -> list[Received]:
            told = super().__call__(parts, deliveries, now)
            if len(self.batches) == 2:
                raise error
            return told

    return Failing


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "error",
    [
        PoolTimeout("no connection came free"),
        OperationalError("connect", {}, Exception("refused")),
        OperationalError("insert", {}, Cut("57P01")),
    ],
)
def test_a_database_that_is_away_keeps_nobody_in_the_queue(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    numbers = [n for n in range(200) if n not in (13, 99)]
    gate, got = together(shop, monkeypatch, *numbers, gate=failing(error)())
    assert [len(batch) for batch in gate.batches] == [1, MOST]
    assert got == {0: 0, **dict.fromkeys(numbers[1:], type(error))}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_lock_that_was_not_had_in_time_costs_only_its_own_batch(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = OperationalError("select", {}, Cut("55P03"))
    numbers = [n for n in range(70) if n != 13]
    gate, got = together(shop, monkeypatch, *numbers, gate=failing(late)())
    assert [len(batch) for batch in gate.batches] == [1, MOST, 4]
    assert sorted(map(str, got.values())).count(str(OperationalError)) == MOST


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_database_that_goes_away_behind_a_bad_delivery_is_asked_no_more(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate()
    gate.is_open.set()
    monkeypatch.setattr(receiving_together, "receive", gate)
    batch = [a_delivery(shop, number) for number in (1, 13, 99, 2, 3)]
    told = Reception(shop.parts)._store(batch)
    assert [type(one) for one in told] == [Received, ValueError, *[OperationalError] * 3]
    assert [len(names) for names in gate.batches] == [5, 1, 1, 1]


class Loses:
    """Stands in for storing: the transaction loses to another one so many times."""

    def __init__(self, times: int) -> None:
        self.times, self.tried = times, 0

    def __call__(self, parts: object, deliveries: Sequence[Delivery], now: object) -> list[Received]:
        self.tried += 1
        if self.tried <= self.times:
            raise OperationalError("update", {}, Cut("40P01"))
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


def test_a_log_that_cannot_be_written_keeps_nobody_waiting(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_told: object, **_more: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(receiving_together.log, "info", fails)
    reception = Reception(shop.parts)
    for number in range(3):
        with ThreadPoolExecutor(1) as pool:
            assert len(pool.submit(reception.take, a_delivery(shop, number)).result(20).inbound_ids) == 1
