"""The outbound queue under any order of claims, deaths, opt-outs and answers: nothing handed twice, nothing lost.

The machine plays workers that may stall at any point, the clock's release of leases, opt-outs and a provider; beside
the queue it keeps only what each message has been through.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import delete, select

from app.store import customers
from app.store.customers import ids_of_all
from app.store.engine import Store
from app.store.outbound import queue
from app.store.outbound.table import (
    ACCEPTED,
    CANCELLED,
    CLAIMED,
    FAILED,
    HANDING,
    PRIORITY,
    QUEUED,
    UNKNOWN,
    Outbound,
)
from app.store.tables import new_id
from tests.faults.premises import Premises, channel_of, furnish, phone_of

START = datetime(2026, 7, 1, 4, 0, tzinfo=UTC)
LEASE, HANDING_LEASE = timedelta(seconds=30), timedelta(seconds=60)
PEOPLE = 4
WORKERS = st.integers(0, 2)


class Queue(RuleBasedStateMachine):
    """Three workers over one channel's queue; a worker that is not called again is one that died."""

    premises: Premises

    def __init__(self) -> None:
        super().__init__()
        self.opened = self.premises.opened()
        self.parts = self.opened.__enter__()
        self.store: Store = self.parts.store
        self.now = START
        self.sender = channel_of(self.parts, "simulator").senders[0]
        with self.store.write() as session:
            session.execute(delete(Outbound))
            self.people = list(ids_of_all(session, [phone_of(n) for n in range(PEOPLE)], START).values())
        self.claims: dict[int, list[UUID]] = {}
        self.handing: dict[int, list[UUID]] = {}
        self.all: set[UUID] = set()
        self.taken: dict[UUID, int] = {}
        self.refused: dict[UUID, int] = {}

    def teardown(self) -> None:
        self.opened.__exit__(None, None, None)

    @rule(person=st.integers(0, PEOPLE - 1), purpose=st.sampled_from(["reply", "service", "marketing"]))
    def add(self, person: int, purpose: str) -> None:
        row = {
            "id": new_id(), "brand_id": self.sender.brand_id, "channel_id": self.sender.channel_id,
            "sender_id": self.sender.id, "customer_id": self.people[person], "cause": "campaign",
            "cause_at": self.now, "purpose": purpose, "priority": PRIORITY[purpose], "body": "x", "text": "x",
            "parts": 1, "encoding": "gsm", "language": "zh", "due_at": self.now, "created_at": self.now,
        }  # fmt: skip
        with self.store.write() as session:
            queue.add(session, [row])
        self.all.add(row["id"])  # type: ignore[arg-type]

    @rule(worker=WORKERS, limit=st.integers(1, 5))
    def claim(self, worker: int, limit: int) -> None:
        with self.store.write() as session:
            claimed = queue.claim(session, self.sender.channel_id, limit, self.now, LEASE)
        self.claims.setdefault(worker, []).extend(claimed)

    @rule(worker=WORKERS)
    def give_back(self, worker: int) -> None:
        with self.store.write() as session:
            queue.unclaim(session, self.claims.pop(worker, []))

    @rule(worker=WORKERS)
    def hand_over(self, worker: int) -> None:
        """The gate lets go what this worker still finds claimed, then the provider is called."""
        ids = self.claims.pop(worker, [])
        with self.store.read() as session:
            found = queue.claimed_rows(session, ids)
        with self.store.write() as session:
            customers.lock(session, {row.customer_id for row in found})
            rows = queue.still_claimed(session, found)
            lease = self.now + HANDING_LEASE
            queue.update_rows(
                session, [{"id": row.id, "status": HANDING, "leased_until": lease} for row in rows]
            )
        for row in rows:
            self.taken[row.id] = self.taken.get(row.id, 0) + 1
        self.handing.setdefault(worker, []).extend(row.id for row in rows)

    @rule(worker=WORKERS, answer=st.sampled_from([ACCEPTED, QUEUED, FAILED, UNKNOWN]))
    def record(self, worker: int, answer: str) -> None:
        """The provider has answered: taken, not taken and to be tried again, never to be taken, or nothing."""
        ids = self.handing.pop(worker, [])
        with self.store.write() as session:
            queue.update_rows(session, [{"id": one, "status": answer, "leased_until": None} for one in ids])
        for one in ids if answer in (QUEUED, FAILED) else ():
            self.refused[one] = self.refused.get(one, 0) + 1

    @rule(person=st.integers(0, PEOPLE - 1))
    def opt_out(self, person: int) -> None:
        with self.store.write() as session:
            customers.lock(session, [self.people[person]])
            queue.cancel(
                session, [self.people[person]], self.sender.brand_id, ["marketing"], "opted_out", self.now
            )

    @rule(seconds=st.integers(0, 90))
    def release_leases(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        with self.store.write() as session:
            queue.release_expired(session, self.now)
            queue.expire_hand_overs(session, self.now)

    @invariant()
    def none_is_handed_over_again_before_it_was_refused(self) -> None:
        again = {one for one, times in self.taken.items() if times - self.refused.get(one, 0) > 1}
        assert not again

    @invariant()
    def none_is_lost(self) -> None:
        with self.store.read() as session:
            found = {row.id: row.status for row in session.execute(select(Outbound.id, Outbound.status))}
        assert set(found) == self.all
        on_the_way = {one for ids in self.handing.values() for one in ids}
        for one, status in found.items():
            assert status in (QUEUED, CLAIMED, HANDING, ACCEPTED, FAILED, UNKNOWN, CANCELLED)
            if status == HANDING:
                assert one in on_the_way
            if status in (QUEUED, CLAIMED, CANCELLED):
                assert one not in on_the_way


@contextmanager
def machine(database_url: str) -> Iterator[type[Queue]]:
    """The machine over one database for all examples."""
    with TemporaryDirectory() as folder:
        premises = Premises(Path(folder), database_url)
        furnish(premises, now=START)
        yield type("QueueHere", (Queue,), {"premises": premises})


def test_no_order_of_events_hands_over_twice_or_loses(database_url: str) -> None:
    with machine(database_url) as queue_here:
        examples = max(10, settings().max_examples // 4)
        run_state_machine_as_test(
            queue_here, settings=settings(max_examples=examples, stateful_step_count=30)
        )
