"""Things stop and come back: everything for an hour, or Redis in mid-run."""

import shutil
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from app.domain.purpose import Cause, CauseKind
from app.processes.waking import RedisBell
from app.processes.worker import Worker
from app.store import customers
from app.store.customers import ids_of_all
from app.store.inbounds import Inbound
from app.store.outbound.table import Outbound
from app.usecases import messages, opting
from app.usecases.answer import answer_by_rule
from app.usecases.changes import Changes
from app.usecases.dispatch import dispatch
from app.usecases.parts import Parts
from app.usecases.turn import Reader
from app.wiring import create_app
from tests.databases import lacking
from tests.doubles.gateway import Gateway
from tests.doubles.listening import free_port
from tests.faults.premises import ADDRESS, Premises, channel_of, furnish, phone_of
from tests.faults.processes import until

NOON = datetime(2026, 7, 1, 4, 0, tzinfo=UTC)


class SetClock:
    """A clock that stands where the test has put it."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at


def queue_marketing(parts: Parts, phone: str) -> None:
    """Queue one campaign message to a customer who has agreed to it."""
    now, changes = parts.now(), Changes()
    sender = channel_of(parts).senders[0]
    with parts.store.write() as session:
        customer_id = ids_of_all(session, [phone], now)[phone]
        locked = {row.id: row for row in customers.lock(session, [customer_id])}
        reader = Reader(session, parts.directory.current(now), changes, now)
        turn = reader.turns({(customer_id, sender.id)}, locked).turn(customer_id, sender.id, "")
        opting.grant(turn, "test")
        messages.queue(parts, turn, "周末新品上架", Cause(CauseKind.CAMPAIGN, now))
        changes.flush(session)


def test_after_an_hour_of_standstill_replies_go_out_and_stale_marketing_does_not(
    database_url: str, tmp_path: Path
) -> None:
    now = SetClock()
    premises = Premises(tmp_path, database_url)
    with Gateway() as gateway:
        furnish(premises, gateway.send_url, now=NOON)
        with premises.opened(now) as parts:
            client = create_app(premises.settings(), parts).test_client()
            decided, undecided = (
                gateway.signed([{"id": f"m-{n}", "from": phone_of(n), "to": ADDRESS, "text": "帮助"}])
                for n in (1, 2)
            )
            for body, headers in (decided, undecided):
                assert client.post(premises.hook(), data=body, headers=headers).status_code == 200
                if body == decided[0]:
                    answer_by_rule(parts, now())
            queue_marketing(parts, phone_of(3))
            now.at += timedelta(hours=1)
            answer_by_rule(parts, now())
            while dispatch(parts).claimed:
                pass
            with parts.store.read() as session:
                found = session.execute(select(Outbound.purpose, Outbound.status, Outbound.reason)).all()
    assert sorted(one["to"] for one in gateway.taken) == [phone_of(1), phone_of(2)]
    assert Counter((row.purpose, row.status, row.reason) for row in found) == {
        ("reply", "accepted", None): 2,
        ("marketing", "refused", "too_late"): 1,
    }


@contextmanager
def a_redis() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A Redis server of the test's own."""
    if not shutil.which("redis-server"):
        lacking("redis-server", "apt-get install redis-server")
    port = free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        yield f"redis://127.0.0.1:{port}/0", server
    finally:
        server.kill()
        server.wait()


def deliver(premises: Premises, web: Parts, gateway: Gateway, numbers: range) -> float:
    """Deliver one text from each customer; return the longest time that one took (seconds)."""
    client, longest = create_app(premises.settings(), web).test_client(), 0.0
    for number in numbers:
        item = {"id": f"m-{number}", "from": phone_of(number), "to": ADDRESS, "text": "帮助"}
        body, headers = gateway.signed([item])
        started = time.monotonic()
        assert client.post(premises.hook(), data=body, headers=headers).status_code == 200
        longest = max(longest, time.monotonic() - started)
    return longest


def test_redis_gone_in_mid_run_slows_down_and_loses_nothing(database_url: str, tmp_path: Path) -> None:
    with Gateway() as gateway, a_redis() as (redis_url, server):
        premises = Premises(tmp_path, database_url, redis_url)
        furnish(premises, gateway.send_url)
        with premises.opened() as web, premises.opened() as working:
            assert isinstance(web.wake, RedisBell)
            worker = Worker(working)
            thread = threading.Thread(target=worker.run)
            thread.start()
            try:
                deliver(premises, web, gateway, range(20))
                server.kill()
                server.wait()
                assert deliver(premises, web, gateway, range(20, 40)) < 5
                took = until(lambda: len(gateway.taken) >= 40, 20)
            finally:
                worker.stop()
                thread.join()
            with web.store.read() as session:
                outcomes = Counter(session.scalars(select(Inbound.outcome)))
    assert took < 10
    assert outcomes == {"keyword": 40}
    assert sorted(one["to"] for one in gateway.taken) == sorted(map(phone_of, range(40)))
