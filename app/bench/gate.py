"""The gate: decisions a second with the facts in memory, and with the customers' locks and facts from the database."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, select

from app import clock
from app.bench.figures import Figure
from app.bench.installation import installation
from app.bench.queued import NEWS, demo_sender, queue_messages
from app.domain.compliance.decision import decide
from app.domain.compliance.facts import Facts, Send
from app.store.customers import Customer
from app.store.outbound import queue
from app.usecases.directory import ChannelView
from app.usecases.gate_facts import GateFacts
from app.usecases.parts import Parts
from app.usecases.prepared import Prepared
from app.wiring import build_parts

MESSAGES = 4_000
BATCH = 200
ROUNDS = 10
IN_MEMORY = 20_000.0
LOCKED = {"postgresql": 3_000.0}
"""The goal is PostgreSQL's; SQLite has one lock for all."""
WORKDAY = datetime(2026, 7, 1, 2, 30, tzinfo=UTC)
"""10:30 in Shanghai: an hour in which every industry but restaurants may promote."""
LEASE = timedelta(hours=1)
BARE_LOCK = (
    select(Customer.id)
    .where(Customer.id.in_(bindparam("ids", expanding=True)))
    .order_by(Customer.id)
    .with_for_update(key_share=True)
)


def measure(database: str) -> list[Figure]:
    """Marketing to people who have agreed to it, each message by every rule; seconds are this process's own."""
    with installation(database) as made:
        parts = build_parts(made.settings, now=lambda: WORKDAY)
        queue_messages(parts, MESSAGES, NEWS)
        channel = parts.directory.current(WORKDAY).channels[demo_sender(parts).channel_id]
        batches = list(_claimed(parts, channel))
        begun, ours = clock.monotonic(), clock.processor_time()
        known = [one for batch in batches for one in _decided(parts, channel, batch)]
        ours, whole = clock.processor_time() - ours, clock.monotonic() - begun
        bare = _bare_locks(parts)
        parts.store.close()
    if len(known) != MESSAGES:
        raise RuntimeError(f"only {len(known)} of {MESSAGES} messages were decided")
    bar = LOCKED.get(database)
    return [
        _in_memory(database, parts, known),
        Figure("gate", database, "locks and facts read", MESSAGES / whole, "a second", bar, bare),
        Figure("gate", database, "the same, of our processor time", MESSAGES / ours, "a second", bar),
    ]


def _claimed(parts: Parts, channel: ChannelView) -> Iterator[list[UUID]]:
    while True:
        with parts.store.write() as session:
            ids = queue.claim(session, channel.id, BATCH, WORKDAY, LEASE)
        if not ids:
            return
        yield ids


def _decided(parts: Parts, channel: ChannelView, ids: list[UUID]) -> Iterator[tuple[Send, Facts]]:
    """Has the gate decide a batch as dispatching does, but for writing it down; yields what it knew."""
    prepared = Prepared.read(parts, channel, ids)
    with parts.store.write() as session:
        facts = GateFacts.read(session, prepared)
        for row in facts.rows:
            known = facts.send(row)[0], facts.of(row)
            decide(*known, parts.rules.gate, WORKDAY)
            yield known


def _bare_locks(parts: Parts) -> float:
    """The yardstick: customers locked a second by the bare statement, as many to a transaction."""
    with parts.store.read() as session:
        ids = list(session.scalars(select(Customer.id).limit(MESSAGES)))
    begun = clock.monotonic()
    for first in range(0, len(ids), BATCH):
        with parts.store.write() as session:
            session.connection().execute(BARE_LOCK, {"ids": ids[first : first + BATCH]}).all()
    return len(ids) / (clock.monotonic() - begun)


def _in_memory(database: str, parts: Parts, known: list[tuple[Send, Facts]]) -> Figure:
    """Beside a bare loop over the same rules."""
    rules, begun = parts.rules.gate, clock.processor_time()
    for send, facts in itertools.chain.from_iterable([known] * ROUNDS):
        decide(send, facts, rules, WORKDAY)
    taken, begun = clock.processor_time() - begun, clock.processor_time()
    for send, facts in itertools.chain.from_iterable([known] * ROUNDS):
        for rule in rules:
            rule.judge(send, facts, WORKDAY)
    bare, count = clock.processor_time() - begun, ROUNDS * len(known)
    return Figure(
        "gate", database, "facts in memory", count / taken, "a second a core", IN_MEMORY, count / bare
    )
