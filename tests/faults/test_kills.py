"""`kill -9` at random points: what was acknowledged is stored, decided and answered once, and handed over once.

A customer's provider repeats every message until it is acknowledged, while web, worker, clock and nlu are killed in
an order that the seed gives. Afterwards the queue is emptied in this process, with a clock past every lease.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import func, select

from app import clock
from app.jobs import jobs
from app.store.decisions import Decision
from app.store.inbounds import DONE, Inbound
from app.store.outbound.table import ACCEPTED, DELIVERED, UNKNOWN, Outbound
from app.usecases.answer import answer_by_meaning, answer_by_rule
from app.usecases.dispatch import dispatch
from app.usecases.parts import Parts
from tests.doubles.gateway import Gateway
from tests.doubles.listening import Call, Reply, free_port
from tests.faults.premises import Premises, furnish, phone_of
from tests.faults.processes import Processes, until

SEED = 20_260_701
VICTIMS = ("web", "worker", "worker", "clock", "nlu")
AT_WORK = {"web": "Started worker-1", "worker": "worker started", "clock": "clock started", "nlu": ""}
"""What each says when it is at work, and worth killing."""
LONGEST_START_S = 2.5
REPLIES = {"营业时间": 1, "intent:greeting": 1, "帮助": 1, "intent:store_info": 1}
"""What customers text, and how many messages answer it; half of it needs the language model."""
TEXTS = tuple(REPLIES)
PAST_EVERY_LEASE = timedelta(minutes=3)
ROUNDS_WITHOUT_PROGRESS = 200


class SlowGateway(Gateway):
    """Takes its time, so that a worker is often killed while it hands over."""

    def _answer(self, call: Call) -> Reply:
        reply = super()._answer(call)
        time.sleep(0.03)
        return reply


class Provider(threading.Thread):
    """Delivers text after text, each again and again until it is acknowledged; `acknowledged` holds their ids."""

    def __init__(self, gateway: Gateway, address: str, number: int) -> None:
        super().__init__(daemon=True)
        self.gateway, self.address, self.number = gateway, address, number
        self.acknowledged: list[str] = []
        self.odd: list[int] = []
        self.stopping = threading.Event()

    def run(self) -> None:
        with httpx2.Client(timeout=8, trust_env=False) as client:
            turn = 0
            while not self.stopping.is_set():
                self._deliver(client, turn)
                turn += 1

    def _deliver(self, client: httpx2.Client, turn: int) -> None:
        message_id = f"m-{self.number}-{turn}"
        customer = phone_of(self.number * 100_000 + turn // len(TEXTS))
        item = {"id": message_id, "from": customer, "to": "10690002", "text": TEXTS[turn % len(TEXTS)]}
        self._repeat(client, message_id, item)

    def _repeat(self, client: httpx2.Client, message_id: str, item: dict[str, str]) -> None:
        body, headers = self.gateway.signed([item])
        while not self.stopping.is_set():
            try:
                answer = client.post(self.address, content=body, headers=headers)
            except httpx2.HTTPError:
                self.stopping.wait(0.2)
                continue
            if answer.status_code == 200:
                self.acknowledged.append(message_id)
                self.stopping.wait(0.1)  # workers that are killed get little done
                return
            if answer.status_code != 503:
                self.odd.append(answer.status_code)
            self.stopping.wait(0.05)


def drain(parts: Parts) -> None:
    """Finish everything in this process, as restarted processes would once every lease has ended."""
    with ThreadPoolExecutor(8) as senders:
        _drain(parts, senders)


def _drain(parts: Parts, senders: ThreadPoolExecutor) -> None:
    least, idle = open_work(parts), 0
    while idle < ROUNDS_WITHOUT_PROGRESS:
        now = parts.now()
        for job in jobs().values():
            job.run(parts, now)
        busy = (
            answer_by_rule(parts, now).decided
            + answer_by_meaning(parts, now).decided
            + dispatch(parts, senders).claimed
        )
        left = open_work(parts)
        if not busy and not left:
            return
        idle = 0 if left < least else idle + 1
        least = min(least, left)
    pytest.fail(f"the queue does not empty: {least} are left")


def open_work(parts: Parts) -> int:
    """How many messages are not decided, and how many answers not settled."""
    settled = (ACCEPTED, DELIVERED, UNKNOWN)
    with parts.store.read() as session:
        unread = session.scalar(select(func.count()).where(Inbound.status != DONE)) or 0
        unsent = session.scalar(select(func.count()).where(Outbound.status.not_in(settled))) or 0
    return 3 * unread + unsent  # a decision may leave two answers, and is progress


def check(parts: Parts, acknowledged: Sequence[str], taken: Sequence[str]) -> Counter[str]:
    """Assert that nothing acknowledged is lost, nothing is answered twice, nothing is handed over twice."""
    with parts.store.read() as session:
        stored = session.execute(select(Inbound.id, Inbound.provider_message_id, Inbound.text)).all()
        mine = (Decision.subject == "inbound", Decision.verdict == "routed")
        routed = Counter(session.scalars(select(Decision.subject_id).where(*mine)))
        replies = session.execute(select(Outbound.id, Outbound.inbound_id, Outbound.status)).all()
    lost = set(acknowledged) - {row.provider_message_id for row in stored}
    assert not lost, "an acknowledged message is lost"
    assert routed == Counter(row.id for row in stored), "a message was not decided exactly once"
    wanted = Counter({row.id: REPLIES[row.text] for row in stored})
    assert Counter(row.inbound_id for row in replies) == wanted, "a message was not answered exactly once"
    times = Counter(taken)
    assert [outbound for outbound, count in times.items() if count > 1] == [], "handed over twice"
    missing = [row.status for row in replies if str(row.id) not in times]
    assert set(missing) <= {UNKNOWN}, "a reply that the provider never had does not say so"
    return Counter(row.status for row in replies)


@pytest.mark.soak(ci=20, full=500)
@pytest.mark.timeout(300)
def test_kills_lose_and_repeat_nothing(
    database_url: str, tmp_path: Path, rounds: int, measured: Callable[[str], None]
) -> None:
    chance = random.Random(SEED)
    port = free_port()
    premises = Premises(tmp_path, database_url, nlu_url=f"http://127.0.0.1:{port}")
    with SlowGateway() as gateway, Processes(premises) as processes:
        furnish(premises, gateway.send_url)
        processes.start("nlu", "-m", "tests.doubles.nlu_server", str(port))
        for name in ("web", "worker", "clock"):
            processes.start(name)
        providers = [Provider(gateway, premises.base_url + premises.hook(), number) for number in range(3)]
        for provider in providers:
            provider.start()
        until(lambda: gateway.taken)
        for _ in range(rounds):
            victim = chance.choice(VICTIMS)
            with suppress(AssertionError):  # one that takes longer is killed while it starts
                until(partial(processes.has_said, victim, AT_WORK[victim]), LONGEST_START_S)
            time.sleep(chance.uniform(0, 1))
            processes.kill(victim)
            processes.restart(victim)
        handed = len(gateway.taken)
        until(lambda: len(gateway.taken) > handed)
        for provider in providers:
            provider.stopping.set()
        for provider in providers:
            provider.join()
        assert all(processes.is_alive(name) for name in VICTIMS), "a process ended by itself"
        for name in ("web", "worker", "clock"):
            processes.kill(name)
        time.sleep(0.2)
        with premises.opened(now=lambda: clock.now() + PAST_EVERY_LEASE) as parts:
            drain(parts)
            acknowledged = [one for provider in providers for one in provider.acknowledged]
            statuses = check(parts, acknowledged, [one["id"] for one in gateway.taken])
        assert [provider.odd for provider in providers] == [[]] * len(providers)
    told = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()))
    measured(f"seed {SEED}, {len(acknowledged)} acknowledged, replies: {told}")
