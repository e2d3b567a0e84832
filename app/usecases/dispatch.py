"""Hands queued messages to providers: claim, decide under the customers' locks, hand over, record what was said."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import stamina
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.providers.contract import Outcome, Outgoing, Rejected, Rejection, Unknown
from app.store import customers, pacing
from app.store.outbound import queue
from app.store.outbound.table import FAILED
from app.usecases import outcomes, staff_replies
from app.usecases.changes import Changes, Decided
from app.usecases.directory import ChannelView
from app.usecases.gate import HANDING_LEASE, Decisions, decide_batch
from app.usecases.isolation import in_turn
from app.usecases.parts import Parts

CLAIM_LEASE = timedelta(seconds=30)
STALE_AFTER = timedelta(seconds=2)
"""How long after the gate's word the bytes may begin to leave: what a customer says meanwhile is not asked for."""
RECORD_WITHIN = HANDING_LEASE / 2
SQLITE_BATCH = 50


@dataclass(frozen=True, slots=True)
class Line:
    """A channel with what its provider sends through, and the threads that may call it at once (None: this one)."""

    channel: ChannelView
    connection: Any
    executor: Executor | None = None


@dataclass(slots=True)
class Dispatched:
    """What one round of dispatching has done."""

    claimed: int = 0
    handed: int = 0
    deferred: int = 0
    refused: int = 0

    def __add__(self, other: "Dispatched") -> "Dispatched":
        return Dispatched(
            self.claimed + other.claimed,
            self.handed + other.handed,
            self.deferred + other.deferred,
            self.refused + other.refused,
        )


def dispatch(parts: Parts, executor: Executor | None = None) -> Dispatched:
    """One round over all channels."""
    done = Dispatched()
    for channel in parts.directory.current(parts.now()).channels.values():
        if channel.is_active:
            done += dispatch_channel(parts, channel, executor)
    return done


def dispatch_channel(parts: Parts, channel: ChannelView, executor: Executor | None) -> Dispatched:
    """One batch of one channel, as large as its provider takes at once and its pace allows.

    Nothing that the gate has let go waits for a neighbour: of a provider that takes single messages, no more are
    decided than the executor has free threads (the channel's `concurrency`; one without an executor), and no two to
    one customer. Else an opt-out could be committed between the gate's word and the first byte.
    """
    can = channel.capabilities
    is_one_by_one = can.batch == 1
    size = (can.concurrency if executor else 1) if is_one_by_one else can.batch
    if parts.store.is_sqlite:
        size = min(size, SQLITE_BATCH)
    now = parts.now()
    with parts.store.read() as session:
        if not queue.has_due(session, channel.id, now):
            return Dispatched()
    line = Line(
        channel, parts.connect(channel), executor
    )  # fails, if it does, before anything has left the queue
    with parts.store.write() as session:
        ids = queue.claim(session, channel.id, size, now, CLAIM_LEASE, one_each=is_one_by_one)
        if ids:
            granted = pacing.grant(session, channel.id, channel.rate_per_second, len(ids), now)
            queue.unclaim(session, ids[granted:])
            ids = ids[:granted]
    if not ids:
        return Dispatched()
    done = Dispatched(len(ids))
    for decided in in_turn(
        ids, lambda some: decide_batch(parts, channel, some), lambda one: _set_aside(parts, one)
    ):
        done += _hand_over(parts, line, decided)
    return done


def _hand_over(parts: Parts, line: Line, decided: Decisions) -> Dispatched:
    """Hands over what the gate has just let go, before it is asked about anything else."""
    if decided.leaving:
        outgoing = [row.outgoing for row in decided.leaving]
        results = hand_over(parts.now, line, outgoing, decided.at + STALE_AFTER)
        _record(parts, line.channel, decided.leaving, results)
    return Dispatched(0, len(decided.leaving), decided.deferred, decided.refused)


def _set_aside(parts: Parts, outbound_id: UUID) -> None:
    """A message that cannot be decided stands on the staff's list and leaves the queue."""
    now, changes = parts.now(), Changes()
    values = {"status": FAILED, "reason": "error", "is_for_staff": True, "settled_at": now}
    with parts.store.write() as session:
        customers.lock(session, {row.customer_id for row in queue.claims(session, [outbound_id])})
        still = queue.claims(session, [outbound_id])  # the customer may have opted out meanwhile
        for row in still:
            changes.decide(Decided.of("outbound", row, "failed", "error", now))
        queue.update_rows(session, [{"id": row.id, "leased_until": None, **values} for row in still])
        changes.flush(session)
        staff_replies.settle(parts, session, [outbound_id], now)


def _record(
    parts: Parts, channel: ChannelView, leaving: Sequence[outcomes.Leaving], results: Sequence[Outcome]
) -> None:
    """Tries until the database is back: what the provider has answered is known to nobody else."""
    for attempt in stamina.retry_context(
        (DBAPIError, PoolTimeout), attempts=None, timeout=RECORD_WITHIN, wait_initial=0.2, wait_max=2.0
    ):
        with attempt, parts.store.write() as session:
            outcomes.record(parts, session, channel, leaving, results, parts.now())


def hand_over(
    now: Callable[[], datetime], line: Line, outgoing: Sequence[Outgoing], until: datetime
) -> list[Outcome]:
    """Calls the provider with no session held; whatever is raised means that nobody knows whether it was taken.

    What has not begun to leave by `until` (a worker that stood still) goes back: the gate has to speak anew.
    """
    channel, executor = line.channel, line.executor

    def send(batch: Sequence[Outgoing]) -> list[Outcome]:
        if now() > until:
            return [Rejected(Rejection.TEMPORARY, "stale")] * len(batch)
        try:
            results = list(channel.provider.send(batch, channel.settings, line.connection))
        except Exception as error:  # a provider must not raise; if it does, its bytes may have left
            return [Unknown(type(error).__name__)] * len(batch)
        return results if len(results) == len(batch) else [Unknown("answer_count")] * len(batch)

    if channel.capabilities.batch > 1:
        return send(outgoing)
    if executor is None or len(outgoing) == 1:
        return [result for one in outgoing for result in send([one])]
    return [result for results in executor.map(send, [[one] for one in outgoing]) for result in results]
