"""Opt-outs race a batch of marketing messages: not one hand-over begins after its customer's opt-out was committed.

A hand-over begins with the commit of the gate's transaction (claimed becomes handing). The store of each side notes
when a commit was begun and when it was done, so a gate that began to commit after an opt-out's commit was done has
certainly broken the promise, and no other can.
"""

import json
import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from app.domain.compliance.rules.frequency_cap import EVERYBODY
from app.domain.purpose import Cause, CauseKind
from app.providers.contract import Accepted, Outcome, Outgoing, Parsed, ParsedInbound
from app.store import customers
from app.store.channels import Sender
from app.store.customers import ids_of_all
from app.store.outbound.table import ACCEPTED, CANCELLED, CLAIMED, HANDING, QUEUED, REFUSED, Outbound
from app.store.tables import new_id
from app.usecases import messages, opting
from app.usecases.changes import Changes
from app.usecases.dispatch import dispatch_channel
from app.usecases.parts import Parts
from app.usecases.receive import Delivery, receive
from app.usecases.turn import Reader
from tests.faults.premises import Premises, channel_of, furnish, phone_of
from tests.faults.processes import Processes, until
from tests.faults.watched_store import NOON, WatchedStore, since

CUSTOMERS = 80
BATCH = 6
OFFER = "周末全场八折"
CAP, _ = EVERYBODY


@dataclass
class Carrier:
    """Takes messages as a carrier does, and notes when the gate that let them go had begun to commit."""

    store: WatchedStore
    begun: dict[str, list[float]] = field(default_factory=dict)

    def take(self, outgoing: Sequence[Outgoing], settings: Any) -> list[Outcome]:
        for message in (one for one in outgoing if OFFER in one.text):
            self.begun.setdefault(message.to_phone, []).append(self.store.last.begun)
        time.sleep(0.002)
        return [Accepted(str(new_id())) for _ in outgoing]


def queue_marketing(parts: Parts, phones: Sequence[str]) -> None:
    """Queue one campaign message to each customer, who has agreed to it; to every third more than a cap allows."""
    now = parts.now()
    directory = parts.directory.current(now)
    sender = channel_of(parts, "simulator").senders[0]
    changes = Changes()
    with parts.store.write() as session:
        ids = ids_of_all(session, phones, now)
        locked = {row.id: row for row in customers.lock(session, list(ids.values()))}
        book = Reader(session, directory, changes, now).turns(
            {(one, sender.id) for one in ids.values()}, locked
        )
        for phone, customer_id in ids.items():
            turn = book.turn(customer_id, sender.id, "")
            opting.grant(turn, "test")
            for _ in range(2 * CAP if phone in phones[::3] else 1):
                messages.queue(parts, turn, OFFER, Cause(CauseKind.CAMPAIGN, now))
        changes.flush(session)


def send_all(parts: Parts, stopping: threading.Event) -> None:
    """Dispatch in small batches until nothing is left and all opt-outs are done."""
    channel = channel_of(parts, "simulator")
    small = replace(channel, capabilities=replace(channel.capabilities, batch=BATCH))
    while dispatch_channel(parts, small, None).claimed or not stopping.is_set():
        pass


def opt_out_all(
    parts: Parts, store: WatchedStore, phones: Sequence[str], handed: Callable[[], int]
) -> dict[str, float]:
    """Opt out one after the other, in step with the hand-overs; return when each commit was done."""
    done = {}
    channel = channel_of(parts, "simulator")
    for turn, phone in enumerate(phones):
        patience = time.monotonic() + 0.2
        while handed() < turn and time.monotonic() < patience:
            time.sleep(0.0005)
        item = ParsedInbound(f"stop-{phone}", phone, channel.senders[0].address, "退订")
        received = receive(parts, [Delivery(channel, Parsed(inbound=(item,)), "")], parts.now())
        assert received[0].opted_out
        done[phone] = store.last.done
    return done


@pytest.mark.soak(ci=3, full=50)
def test_no_hand_over_begins_after_its_opt_out(
    database_url: str, tmp_path: Path, rounds: int, measured: Callable[[str], None]
) -> None:
    premises = Premises(tmp_path, database_url)
    furnish(premises, now=NOON)
    raced, sent = 0, 0
    for seed in range(rounds):
        phones = [phone_of(seed * CUSTOMERS + number) for number in range(CUSTOMERS)]
        handed, stopped = race(premises, phones, seed)
        late = [phone for phone in phones for begun in handed.get(phone, ()) if begun > stopped[phone]]
        assert late == [], "a hand-over began after its opt-out was committed"
        check_caps(handed, phones)
        raced += 0 < len(handed) < CUSTOMERS
        sent += len(handed)
    assert raced > 0, "no race: all were handed over, or none"
    measured(
        f"seeds 0 to {rounds - 1}, {sent} of {rounds * CUSTOMERS} handed over before their opt-out, none after"
    )


def race(premises: Premises, phones: list[str], seed: int) -> tuple[dict[str, list[float]], dict[str, float]]:
    """Let two senders and two streams of opt-outs run; return begun commits of gates and done ones of opt-outs."""
    chance, now, idle = random.Random(seed), since(time.monotonic()), threading.Event()
    order = chance.sample(phones, len(phones))
    stores = [WatchedStore(premises.database_url) for _ in range(4)]
    carriers = [Carrier(store) for store in stores[:2]]

    def handed() -> int:
        return sum(len(carrier.begun) for carrier in carriers)

    with ExitStack() as stack:
        one, two, three, four = [stack.enter_context(premises.opened(now, store)) for store in stores]
        queue_marketing(one, phones)
        pool = stack.enter_context(ThreadPoolExecutor(4))
        stack.callback(idle.set)
        sending = []
        for parts, carrier in ((one, carriers[0]), (two, carriers[1])):
            connected = replace(parts, connect=lambda _, carrier=carrier: carrier)
            sending.append(pool.submit(send_all, connected, idle))
        stopping = [
            pool.submit(opt_out_all, three, stores[2], order[::2], handed),
            pool.submit(opt_out_all, four, stores[3], order[1::2], handed),
        ]
        stopped = stopping[0].result() | stopping[1].result()
        idle.set()
        for sent in sending:
            sent.result()
        check_rows(four, phones)
    return {phone: times for carrier in carriers for phone, times in carrier.begun.items()}, stopped


def check_caps(handed: Mapping[str, Sequence[float]], phones: Sequence[str]) -> None:
    """Assert that nothing was handed over twice, and to nobody more than the cap allows."""
    for phone, times in handed.items():
        assert len(times) <= (CAP if phone in phones[::3] else 1)


def check_rows(parts: Parts, phones: Sequence[str]) -> None:
    """Assert that the outbox tells the same story: everybody has withdrawn, and nothing waits."""
    with parts.store.read() as session:
        ids = customers.ids_by_phone(session, phones)
        found = session.execute(
            select(Outbound.status, Outbound.purpose).where(Outbound.customer_id.in_(ids.values()))
        ).all()
        states = {row["consent"] for row in customers.profiles(session, list(ids.values())).values()}
    assert states == {"withdrawn"}
    statuses = {row.status for row in found if row.purpose == "marketing"}
    assert statuses <= {CANCELLED, REFUSED, ACCEPTED}


WORKERS = ("worker-a", "worker-b")


@pytest.mark.soak(ci=1, full=20)
def test_no_hand_over_of_another_process_begins_after_its_opt_out(
    database_url: str, tmp_path: Path, rounds: int, measured: Callable[[str], None]
) -> None:
    premises, started = Premises(tmp_path, database_url), time.monotonic()
    furnish(premises, now=NOON)
    sent = 0
    with Processes(premises) as processes, ExitStack() as stack:
        store = WatchedStore(database_url)
        parts = stack.enter_context(premises.opened(since(started), store))
        with parts.store.write() as session:  # so that they do not all leave in one batch
            session.execute(update(Sender).values(rate_per_second=CUSTOMERS / 4))
        for name in WORKERS:
            told = (str(tmp_path), database_url, str(started), str(tmp_path / f"{name}.notes"))
            processes.start(name, "-m", "tests.faults.racing_worker", *told)
        for name in WORKERS:
            until(lambda name=name: processes.has_said(name, "worker started"))  # type: ignore[misc]
        for number in range(rounds):
            phones = [phone_of(number * CUSTOMERS + each) for each in range(CUSTOMERS)]
            stopped = race_with_processes(parts, store, phones, tmp_path, number)
            begun = handed_by(tmp_path, phones)
            late = [phone for phone in phones for at in begun.get(phone, ()) if at > stopped[phone]]
            assert late == [], "a hand-over began after its opt-out was committed"
            check_caps(begun, phones)
            assert 0 < len(begun) < CUSTOMERS, "no race: all were handed over, or none"
            check_rows(parts, phones)
            sent += len(begun)
    measured(f"{sent} of {rounds * CUSTOMERS} handed over before their opt-out by two processes, none after")


def race_with_processes(
    parts: Parts, store: WatchedStore, phones: list[str], folder: Path, seed: int
) -> dict[str, float]:
    """Queue marketing, opt out in step with what the workers hand over, and wait until nothing is under way."""
    order = random.Random(seed).sample(phones, len(phones))
    queue_marketing(parts, phones)
    stopped = opt_out_all(parts, store, order, lambda: len(handed_by(folder, phones)))
    until(lambda: not is_under_way(parts))
    return stopped


def handed_by(folder: Path, phones: Sequence[str]) -> dict[str, list[float]]:
    """When the gates that let these customers' offers go had begun to commit, as the workers have noted it."""
    begun: dict[str, list[float]] = {}
    for notes in folder.glob("*.notes"):
        whole, _, _ = notes.read_text(encoding="utf-8").rpartition("\n")
        for line in map(json.loads, whole.splitlines()):
            if OFFER in line["text"] and line["to"] in phones:
                begun.setdefault(line["to"], []).append(line["begun"])
    return begun


def is_under_way(parts: Parts) -> bool:
    with parts.store.read() as session:
        waiting = select(Outbound.id).where(Outbound.status.in_((QUEUED, CLAIMED, HANDING)))
        return session.scalars(waiting.limit(1)).first() is not None
