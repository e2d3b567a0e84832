"""A batch of marketing messages and the opt-outs that race it: two senders, two streams of opt-outs, one database.

A hand-over begins with the commit of the gate's transaction (claimed becomes handing). The store of each side notes
when a commit was begun and when it was done, so a gate that began to commit after an opt-out's commit was done has
certainly broken the promise, and no other can.
"""

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select

from app.domain.compliance.rules.frequency_cap import EVERYBODY
from app.domain.purpose import Cause, CauseKind
from app.providers.contract import Accepted, Outcome, Outgoing, Parsed, ParsedInbound
from app.store import customers
from app.store.customers import ids_of_all
from app.store.outbound.table import ACCEPTED, CANCELLED, REFUSED, Outbound
from app.store.tables import new_id
from app.usecases import messages, opting
from app.usecases.changes import Changes
from app.usecases.dispatch import dispatch_channel
from app.usecases.parts import Parts
from app.usecases.receive import Delivery, receive
from app.usecases.turn import Reader
from tests.faults.premises import Premises, channel_of
from tests.faults.watched_store import WatchedStore, since

OFFER = "周末新品上架"
CAP, _ = EVERYBODY
EVEN_PACE = 0.2
"""Seconds after which an opt-out waits no longer for the hand-overs it is in step with."""
TOGETHER = 8
"""Opt-outs that one transaction records at most."""


@dataclass(frozen=True)
class Campaign:
    """To whom marketing is sent, how many messages to each, who of them opts out, in which order and when.

    An opt-out comes when so many have been handed anything: `moments` has one number for each of `leaving`.
    """

    messages: Mapping[str, int]
    leaving: Sequence[str]
    moments: Sequence[int]
    batch: int
    patience: float = EVEN_PACE


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


def queue_marketing(parts: Parts, each: Mapping[str, int]) -> None:
    """Queue so many campaign messages to each customer, who has agreed to them."""
    now = parts.now()
    directory = parts.directory.current(now)
    sender = channel_of(parts, "simulator").senders[0]
    changes = Changes()
    with parts.store.write() as session:
        ids = ids_of_all(session, list(each), now)
        locked = {row.id: row for row in customers.lock(session, list(ids.values()))}
        book = Reader(session, directory, changes, now).turns(
            {(one, sender.id) for one in ids.values()}, locked
        )
        for phone, customer_id in ids.items():
            turn = book.turn(customer_id, sender.id, "")
            opting.grant(turn, "test")
            for _ in range(each[phone]):
                messages.queue(parts, turn, OFFER, Cause(CauseKind.CAMPAIGN, now))
        changes.flush(session)


def send_all(parts: Parts, batch: int, stopping: threading.Event) -> None:
    """Dispatch in batches until nothing is left and all opt-outs are done."""
    channel = channel_of(parts, "simulator")
    small = replace(channel, capabilities=replace(channel.capabilities, batch=batch))
    while dispatch_channel(parts, small, None).claimed or not stopping.is_set():
        pass


def opt_out_all(
    parts: Parts,
    store: WatchedStore,
    leaving: Sequence[tuple[str, int]],
    handed: Callable[[], int],
    patience: float = EVEN_PACE,
) -> dict[str, float]:
    """Opt out each when so many have been handed something; return when each commit was done.

    Those whose moment has come while others were received are received together, as the web does with what arrives.
    """
    done, waiting = dict[str, float](), deque(leaving)
    channel = channel_of(parts, "simulator")
    while waiting:
        until = time.monotonic() + patience
        while handed() < waiting[0][1] and time.monotonic() < until:
            time.sleep(0.0005)
        now_handed, phones = handed(), [waiting.popleft()[0]]
        while waiting and waiting[0][1] <= now_handed and len(phones) < TOGETHER:
            phones.append(waiting.popleft()[0])
        items = [ParsedInbound(f"stop-{one}", one, channel.senders[0].address, "退订") for one in phones]
        received = receive(parts, [Delivery(channel, Parsed(inbound=tuple(items)), "")], parts.now())
        assert len(received[0].opted_out) == len(phones)
        done |= dict.fromkeys(phones, store.last.done)
    return done


def race(premises: Premises, campaign: Campaign) -> tuple[dict[str, list[float]], dict[str, float]]:
    """Let two senders and two streams of opt-outs run; return begun commits of gates and done ones of opt-outs."""
    now, idle = since(time.monotonic()), threading.Event()
    stores = [WatchedStore(premises.database_url) for _ in range(4)]
    carriers = [Carrier(store) for store in stores[:2]]
    leaving = list(zip(campaign.leaving, campaign.moments, strict=True))

    def handed() -> int:
        return sum(len(carrier.begun) for carrier in carriers)

    with ExitStack() as stack:
        one, two, three, four = [stack.enter_context(premises.opened(now, store)) for store in stores]
        queue_marketing(one, campaign.messages)
        pool = stack.enter_context(ThreadPoolExecutor(4))
        stack.callback(idle.set)
        sending = []
        for parts, carrier in ((one, carriers[0]), (two, carriers[1])):
            connected = replace(parts, connect=lambda _, carrier=carrier: carrier)
            sending.append(pool.submit(send_all, connected, campaign.batch, idle))
        stopping = [
            pool.submit(opt_out_all, parts, store, some, handed, campaign.patience)
            for parts, store, some in (
                (three, stores[2], leaving[::2]),
                (four, stores[3], leaving[1::2]),
            )
        ]
        stopped = stopping[0].result() | stopping[1].result()
        idle.set()
        for sent in sending:
            sent.result()
        check_rows(four, campaign.messages, campaign.leaving)
    begun: dict[str, list[float]] = {}
    for carrier in carriers:
        for phone, times in carrier.begun.items():
            begun.setdefault(phone, []).extend(times)
    return begun, stopped


def check_promise(
    each: Mapping[str, int], handed: Mapping[str, Sequence[float]], stopped: Mapping[str, float]
) -> None:
    """Assert that nothing left after its opt-out, nothing twice, and to nobody more than the cap allows."""
    late = [phone for phone, at in stopped.items() for begun in handed.get(phone, ()) if begun > at]
    assert late == [], "a hand-over began after its opt-out was committed"
    assert {phone: times for phone, times in handed.items() if len(times) > min(CAP, each[phone])} == {}
    forgotten = [p for p, n in each.items() if p not in stopped and len(handed.get(p, ())) != min(CAP, n)]
    assert forgotten == [], "somebody who has agreed was not written to"


def check_rows(parts: Parts, phones: Collection[str], leaving: Collection[str]) -> None:
    """Assert that the outbox tells the same story: who left has withdrawn, nobody else, and nothing waits."""
    with parts.store.read() as session:
        ids = customers.ids_by_phone(session, list(phones))
        found = session.execute(
            select(Outbound.status, Outbound.purpose).where(Outbound.customer_id.in_(ids.values()))
        ).all()
        states = {
            key[0]: row["consent"] for key, row in customers.profiles(session, list(ids.values())).items()
        }
    left = set(leaving)
    assert all((states[ids[phone]] == "withdrawn") == (phone in left) for phone in phones)
    assert {row.status for row in found if row.purpose == "marketing"} <= {CANCELLED, REFUSED, ACCEPTED}


def everybody_leaves(phones: Sequence[str], seed: int, batch: int) -> Campaign:
    """All opt out in step with the hand-overs; to every third twice as many are queued as the cap allows."""
    order = random.Random(seed).sample(list(phones), len(phones))
    each = {phone: 2 * CAP if number % 3 == 0 else 1 for number, phone in enumerate(phones)}
    return Campaign(each, order, [turn // 2 for turn in range(len(order))], batch)
