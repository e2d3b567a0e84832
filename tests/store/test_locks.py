"""Locks: two transactions that want the same customers wait for each other and never for ever."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random
from threading import Barrier, Thread

import pytest
from sqlalchemy import Engine, select, update

from app.store import customers
from app.store.customers import Customer, ids_of_all
from app.store.writing import update_all
from tests.usecases.shop import WANG, Shop


@pytest.fixture
def shop(engine: Engine) -> Shop:
    return Shop(engine)


def test_two_transactions_that_lock_customers_in_any_order_do_not_deadlock(shop: Shop) -> None:
    now, both = shop.clock(), Barrier(2)
    with shop.parts.store.write() as session:
        ids = list(ids_of_all(session, [f"+86139{n:08d}" for n in range(20)], now).values())

    def work(seed: int) -> int:
        both.wait()
        done = 0
        for n in range(15):
            mine = Random(f"{seed}.{n}").sample(ids, 8)
            with shop.parts.store.write() as session:
                locked = customers.lock(session, mine)
                assert [row.id for row in locked] == sorted(mine)
                later = now + timedelta(seconds=n)
                session.execute(update(Customer).where(Customer.id.in_(mine)).values(last_inbound_at=later))
                done += 1
        return done

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(work, (1, 2))) == [15, 15]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_locked_customers_are_left_out_where_nobody_wants_to_wait(shop: Shop) -> None:
    free, held = shop.a_customer("+8613900000101"), shop.a_customer("+8613900000102")
    seen: list[object] = []

    def look() -> None:
        with shop.parts.store.write() as session:
            seen.extend(row.id for row in customers.lock(session, [free, held], skip_locked=True))

    with shop.parts.store.write() as session:
        customers.lock(session, [held])
        other = Thread(target=look)
        other.start()
        other.join(10)
    assert seen == [free]


def test_a_customer_is_made_once_however_many_ask_at_once(shop: Shop) -> None:
    def make(_: int) -> object:
        with shop.parts.store.write() as session:
            return ids_of_all(session, ["+8613912345678", WANG], shop.clock())["+8613912345678"]

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(make, range(12)))) == 1


def test_a_transaction_that_fails_keeps_nothing(shop: Shop) -> None:
    def fail() -> None:
        with shop.parts.store.write() as session:
            ids_of_all(session, ["+8613912345678"], shop.clock())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with shop.parts.store.read() as session:
        assert session.scalars(select(Customer.id)).all() != []
        assert customers.by_phone(session, "+8613912345678") is None


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_updates_of_the_same_rows_told_in_opposite_order_do_not_deadlock(shop: Shop) -> None:
    with shop.parts.store.write() as session:
        ids = list(ids_of_all(session, [f"+86139{n:08d}" for n in range(40)], shop.clock()).values())
    both = Barrier(2)

    def work(order: int) -> int:
        done = 0
        for n in range(20):
            both.wait(20)
            with shop.parts.store.write() as session:
                rows = [{"id": one, "number_status": f"status {n}"} for one in ids[::order]]
                done += update_all(session, Customer, rows)
        return done

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(work, (1, -1))) == [20 * len(ids)] * 2
