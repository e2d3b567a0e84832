"""The database locked or away: the webhook says 503 in good time, the repeated delivery is stored once."""

import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine, make_url, select, text

from app.jobs import release_leases
from app.processes.waking import Polling
from app.processes.worker import Worker
from app.store.customers import Profile
from app.store.engine import Store, open_engine
from app.store.inbounds import Inbound
from app.store.outbound.table import ACCEPTED, DELIVERED, UNKNOWN, Outbound
from app.usecases.answer import answer_by_rule
from app.usecases.dispatch import dispatch
from app.usecases.parts import Parts
from app.wiring import create_app
from tests.doubles.cut_line import CutLine
from tests.doubles.gateway import Gateway
from tests.doubles.listening import Call, Reply
from tests.faults.premises import ADDRESS, Premises, furnish, phone_of
from tests.faults.processes import until

LIMIT_S = 10.0
"""Twilio gives up after 15 seconds, and so do most providers."""

only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
only_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway() as double:
        yield double


@contextmanager
def behind_a_line(database_url: str) -> Iterator[tuple[CutLine, str]]:
    """A line to PostgreSQL, and the database's address through it."""
    url = make_url(database_url)
    with CutLine(url.host or "127.0.0.1", url.port or 5432) as line:
        yield line, url.set(host="127.0.0.1", port=line.port).render_as_string(hide_password=False)


def deliver(client: FlaskClient, premises: Premises, gateway: Gateway, number: int = 1) -> tuple[int, float]:
    """Deliver one message; return the status and the seconds that it took."""
    item = {"id": f"m-{number}", "from": phone_of(number), "to": ADDRESS, "text": "帮助"}
    body, headers = gateway.signed([item])
    started = time.monotonic()
    answer = client.post(premises.hook(), data=body, headers=headers)
    return answer.status_code, time.monotonic() - started


def stored(parts: Parts) -> list[str]:
    with parts.store.read() as session:
        return list(session.scalars(select(Inbound.provider_message_id)))


@only_sqlite
def test_a_locked_database_asks_for_repetition_and_stores_once(
    database_url: str, tmp_path: Path, gateway: Gateway
) -> None:
    premises = Premises(tmp_path, database_url)
    furnish(premises, gateway.send_url)
    with premises.opened() as parts:
        client = create_app(premises.settings(), parts).test_client()
        holder = sqlite3.connect(make_url(database_url).database or "", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        status, took = deliver(client, premises, gateway)
        assert (status, stored(parts)) == (503, [])
        assert took < LIMIT_S
        holder.execute("ROLLBACK")
        holder.close()
        assert [deliver(client, premises, gateway)[0] for _ in range(3)] == [200] * 3
        assert stored(parts) == ["m-1"]


@only_postgresql
def test_a_locked_customer_asks_for_repetition_and_stores_once(
    database_url: str, engine: Engine, tmp_path: Path, gateway: Gateway
) -> None:
    premises = Premises(tmp_path, database_url)
    furnish(premises, gateway.send_url)
    with premises.opened() as parts:
        client = create_app(premises.settings(), parts).test_client()
        assert deliver(client, premises, gateway)[0] == 200
        with engine.begin() as holder:
            holder.execute(text("SELECT id FROM customers FOR UPDATE"))
            status, took = deliver(client, premises, gateway, 1)
            assert status == 200, "a known delivery needs no lock"
            item = {"id": "m-2", "from": phone_of(1), "to": ADDRESS, "text": "帮助"}
            body, headers = gateway.signed([item])
            started = time.monotonic()
            status = client.post(premises.hook(), data=body, headers=headers).status_code
            took = time.monotonic() - started
            assert (status, stored(parts)) == (503, ["m-1"])
            assert took < LIMIT_S
        assert [client.post(premises.hook(), data=body, headers=headers).status_code for _ in range(3)] == [
            200
        ] * 3
        assert sorted(stored(parts)) == ["m-1", "m-2"]


@only_postgresql
def test_a_database_that_is_away_asks_for_repetition_and_stores_once(
    database_url: str, tmp_path: Path, gateway: Gateway
) -> None:
    furnish(Premises(tmp_path, database_url), gateway.send_url)
    with behind_a_line(database_url) as (line, url):
        premises = Premises(tmp_path, url)
        with premises.opened() as parts:
            client = create_app(premises.settings(), parts).test_client()
            with line.cut():
                status, took = deliver(client, premises, gateway)
                assert status == 503
                assert took < LIMIT_S
            assert deliver(client, premises, gateway)[0] == 200
            with line.cut():
                assert deliver(client, premises, gateway, 2)[0] == 503
                time.sleep(2.1)  # brands and channels have to be read anew, too
                assert deliver(client, premises, gateway, 2)[0] == 503
                assert client.get("/health/ready").status_code == 503
                assert client.get("/health/live").status_code == 200
            assert [deliver(client, premises, gateway, 2)[0] for _ in range(3)] == [200] * 3
            assert sorted(stored(parts)) == ["m-1", "m-2"]


@contextmanager
def working(parts: Parts) -> Iterator[Worker]:
    """A worker in a thread of this process."""
    worker = Worker(parts)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield worker
    finally:
        worker.stop()
        thread.join()


@pytest.mark.soak(ci=10, full=200)
@only_postgresql
def test_a_worker_outlives_broken_connections_and_hands_over_once(
    database_url: str, tmp_path: Path, gateway: Gateway, rounds: int
) -> None:
    premises = Premises(tmp_path, database_url)
    furnish(premises, gateway.send_url)
    breaker = create_engine(database_url, isolation_level="AUTOCOMMIT")
    others = text(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    delivered = 0
    with premises.opened() as parts, premises.opened() as sending, breaker.connect() as cutter:
        client = create_app(premises.settings(), parts).test_client()
        with working(sending):
            for turn in range(rounds):
                for number in range(turn * 5, turn * 5 + 5):
                    until(lambda number=number: deliver(client, premises, gateway, number)[0] == 200)  # type: ignore[misc]
                    delivered += 1
                cutter.execute(others)
            until(lambda: all_handed(parts, delivered) or end_leases(parts))
        with parts.store.read() as session:
            statuses = Counter(session.scalars(select(Outbound.status)))
    breaker.dispose()
    assert max(Counter(one["id"] for one in gateway.taken).values()) == 1
    assert len(stored_once(database_url)) == delivered
    assert statuses[ACCEPTED] + statuses[DELIVERED] + statuses[UNKNOWN] == delivered
    assert len(gateway.taken) >= delivered - statuses[UNKNOWN]


def end_leases(parts: Parts) -> bool:
    """Do what the clock would do three minutes from now, so that the test need not wait for it."""
    time.sleep(1)
    release_leases.JOB.run(parts, parts.now() + timedelta(minutes=3))
    return False


def all_handed(parts: Parts, delivered: int) -> bool:
    with parts.store.read() as session:
        done = Counter(session.scalars(select(Outbound.status)))
    return done[ACCEPTED] + done[DELIVERED] + done[UNKNOWN] == delivered


def stored_once(database_url: str) -> list[str]:
    store = Store(open_engine(database_url))
    with store.read() as session:
        found = list(session.scalars(select(Inbound.provider_message_id)))
    store.close()
    return found


class Cutting(Polling):
    """A bell whose first ring, which follows a commit, cuts the line."""

    def __init__(self, cut: Callable[[], object]) -> None:
        super().__init__()
        self._cut = cut

    def ring(self, what: str) -> None:
        self._cut()


@only_postgresql
def test_an_opt_out_is_kept_though_the_database_goes_away_before_the_answer(
    database_url: str, tmp_path: Path, gateway: Gateway
) -> None:
    with behind_a_line(database_url) as (line, url), ExitStack() as outage:
        premises = Premises(tmp_path, url)
        furnish(premises, gateway.send_url)
        with premises.opened() as parts:
            cutting = replace(parts, wake=Cutting(lambda: outage.enter_context(line.cut())))
            client = create_app(premises.settings(), cutting).test_client()
            parts.directory.current(parts.now())
            item = {"id": "m-1", "from": phone_of(1), "to": ADDRESS, "text": "TD"}
            body, headers = gateway.signed([item])
            assert client.post(premises.hook(), data=body, headers=headers).status_code in (200, 503)
            outage.close()
            client = create_app(premises.settings(), parts).test_client()
            assert client.post(premises.hook(), data=body, headers=headers).status_code == 200
            assert stored(parts) == ["m-1"]
            with parts.store.read() as session:
                assert "withdrawn" in session.scalars(select(Profile.consent)).all()


class Interrupting(Gateway):
    """A gateway in whose answer something else happens."""

    def __init__(self, happens: Callable[[], None]) -> None:
        self._happens = happens
        super().__init__()

    def _answer(self, call: Call) -> Reply:
        reply = super()._answer(call)
        self._happens()
        return reply


def an_accepted_message(premises: Premises, parts: Parts, gateway: Gateway) -> tuple[str, str | None]:
    """Answer one text while the database goes away in the hand-over; return the reply's status and provider's id."""
    client = create_app(premises.settings(), parts).test_client()
    assert deliver(client, premises, gateway)[0] == 200
    answer_by_rule(parts, parts.now())
    assert dispatch(parts).handed == 1
    with parts.store.read() as session:
        found = session.execute(select(Outbound.status, Outbound.provider_id)).one()
    return found.status, found.provider_id


@only_postgresql
def test_what_a_provider_answered_is_recorded_when_the_database_is_back(
    database_url: str, tmp_path: Path
) -> None:
    with behind_a_line(database_url) as (line, url), ExitStack() as outage:

        def go_away() -> None:
            outage.enter_context(line.cut())
            threading.Timer(1, outage.close).start()

        premises = Premises(tmp_path, url)
        with Interrupting(go_away) as gateway:
            furnish(premises, gateway.send_url)
            with premises.opened() as parts:
                assert an_accepted_message(premises, parts, gateway) == (ACCEPTED, "g-1")


@only_sqlite
def test_what_a_provider_answered_is_recorded_when_the_lock_is_free(
    database_url: str, tmp_path: Path
) -> None:
    holder = sqlite3.connect(
        make_url(database_url).database or "", isolation_level=None, check_same_thread=False
    )

    def lock() -> None:
        holder.execute("BEGIN IMMEDIATE")
        threading.Timer(1, holder.close).start()

    premises = Premises(tmp_path, database_url)
    with Interrupting(lock) as gateway:
        furnish(premises, gateway.send_url)
        with premises.opened(store=Store(open_engine(database_url, busy_ms=100))) as parts:
            assert an_accepted_message(premises, parts, gateway) == (ACCEPTED, "g-1")
