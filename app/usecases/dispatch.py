"""Hands queued messages to providers: claim, decide under the customers' locks, hand over, record what was said."""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import stamina
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from app.domain.compliance.decision import Allow, Defer, Verdict, decide
from app.domain.composing import Composed
from app.domain.purpose import Purpose
from app.providers.contract import Outcome, Outgoing, Rejected, Rejection, Unknown
from app.store import customers, pacing
from app.store.outbound import queue
from app.store.outbound.table import FAILED, HANDING, QUEUED, REFUSED
from app.usecases import messages, outcomes, staff_replies
from app.usecases.changes import Changes
from app.usecases.directory import ChannelView, SenderView
from app.usecases.gate_facts import GateFacts
from app.usecases.isolation import each_alone_after_failure
from app.usecases.parts import Parts
from app.usecases.telling_runs import RunTeller, open_questions

CLAIM_LEASE = timedelta(seconds=30)
HANDING_LEASE = timedelta(seconds=60)
STALE_AFTER = timedelta(seconds=20)
RECORD_WITHIN = HANDING_LEASE / 2
SQLITE_BATCH = 50
HOURS = ("quiet_hours", "outside_window")


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
    """One round over all channels. With an executor, hand-overs of one message each run side by side,
    but for the messages of one customer: these keep their order."""
    done = Dispatched()
    for channel in parts.directory.current(parts.now()).channels.values():
        if channel.is_active:
            done += dispatch_channel(parts, channel, executor)
    return done


def dispatch_channel(parts: Parts, channel: ChannelView, executor: Executor | None) -> Dispatched:
    """One batch of one channel, as large as its provider takes at once and its pace allows."""
    can = channel.capabilities
    size = can.batch if can.batch > 1 else can.concurrency
    if parts.store.is_sqlite:
        size = min(size, SQLITE_BATCH)
    now = parts.now()
    with parts.store.read() as session:
        if not queue.has_due(session, channel.id, now):
            return Dispatched()
    with parts.store.write() as session:
        ids = queue.claim(session, channel.id, size, now, CLAIM_LEASE)
        if ids:
            granted = pacing.grant(session, channel.id, channel.rate_per_second, len(ids), now)
            queue.unclaim(session, ids[granted:])
            ids = ids[:granted]
    if not ids:
        return Dispatched()
    decided = each_alone_after_failure(
        ids, lambda some: _decide(parts, channel, some), lambda one: _set_aside(parts, one)
    )
    done = sum((counts for counts, _ in decided), Dispatched())
    done.claimed = len(ids)
    leaving = [one for _, some in decided for one in some]
    if leaving:
        until = parts.now() + STALE_AFTER
        results = hand_over(parts, channel, [row.outgoing for row in leaving], executor, until)
        _record(parts, channel, leaving, results)
    return done


def _set_aside(parts: Parts, outbound_id: UUID) -> None:
    """A message that cannot be decided stands on the staff's list and leaves the queue."""
    now, changes = parts.now(), Changes()
    values = {"status": FAILED, "reason": "error", "is_for_staff": True, "settled_at": now}
    with parts.store.write() as session:
        locked = {row.id for row in customers.lock(session, queue.customers_of(session, [outbound_id]))}
        for row in queue.claimed_rows(session, [outbound_id], locked):
            told = ("outbound", row.id, row.customer_id, row.brand_id, "failed", "error")
            changes.decide(*told, now, row.trace_id)
        queue.update_rows(session, [{"id": outbound_id, "leased_until": None, **values}])
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
    parts: Parts,
    channel: ChannelView,
    outgoing: Sequence[Outgoing],
    executor: Executor | None,
    until: datetime,
) -> list[Outcome]:
    """Calls the provider with no session held; whatever is raised means that nobody knows whether it was taken.

    What has not left by `until` (a worker that stood still, a slow neighbour) goes back: the gate has to speak anew.
    """
    connection = parts.connect(channel)

    def send(batch: Sequence[Outgoing]) -> list[Outcome]:
        if parts.now() > until:
            return [Rejected(Rejection.TEMPORARY, "stale")] * len(batch)
        try:
            results = list(channel.provider.send(batch, channel.settings, connection))
        except Exception as error:  # a provider must not raise; if it does, its bytes may have left
            return [Unknown(type(error).__name__)] * len(batch)
        return results if len(results) == len(batch) else [Unknown("answer_count")] * len(batch)

    if channel.capabilities.batch > 1 or executor is None or len(outgoing) == 1:
        return send(outgoing)
    rows: dict[str, list[Outgoing]] = {}
    for message in outgoing:
        rows.setdefault(message.to_phone, []).append(message)
    sent = executor.map(lambda row: [result for one in row for result in send([one])], rows.values())
    results = {
        m.id: r for row, some in zip(rows.values(), sent, strict=True) for m, r in zip(row, some, strict=True)
    }
    return [results[message.id] for message in outgoing]


def _decide(
    parts: Parts, channel: ChannelView, ids: Sequence[UUID]
) -> tuple[Dispatched, list[outcomes.Leaving]]:
    """The one transaction in which the gate speaks: claimed becomes handing, queued again, or refused."""
    done, changes = Dispatched(), Changes()
    leaving: list[outcomes.Leaving] = []
    updates: list[dict[str, Any]] = []
    with parts.store.write() as session:
        now = parts.now()
        directory = parts.directory.current(now)
        locked = {row.id: row for row in customers.lock_to_send(session, queue.customers_of(session, ids))}
        rows = _in_order(session, queue.claimed_rows(session, ids, locked))
        facts = GateFacts.read(parts, session, directory, channel, rows, locked, now)
        teller = _teller(session, facts, rows, changes)
        for row in rows:
            send, wording = facts.send(row)
            verdict = decide(send, facts.of(row), parts.rules.gate, now)
            verdict = _paced(session, directory.senders[row.sender_id], verdict, now)
            _log(changes, row, send.purpose, verdict, now)
            if isinstance(verdict.decision, Allow):
                handing = _handing(facts, row, send.purpose, wording)
                updates.append(handing.update)
                leaving.append(handing)
                facts.note_handed(row)
            elif isinstance(verdict.decision, Defer):
                updates.append(_deferred(row, verdict.decision, now))
                done.deferred += 1
            else:
                updates.append(_refused(row, verdict, now))
                teller.not_sent(row, verdict.decision.reason)
                done.refused += 1
        open_questions(teller, [one.row for one in leaving], facts)
        _write(session, updates)
        changes.flush(session)
        by_staff = [row.id for row in rows if row.staff_id is not None]
        staff_replies.settle(parts, session, by_staff, now)
    done.handed = len(leaving)
    return done, leaving


def _teller(session: Session, facts: GateFacts, rows: Sequence[Any], changes: Changes) -> RunTeller:
    asking = [row for row in rows if row.asks_question]
    giving_way = {run_id for row in asking if (run_id := facts.superseded_by(row)) is not None}
    return RunTeller(
        facts.parts, session, facts.directory, changes, asking, facts.locked, facts.now, giving_way
    )


def _in_order(session: Session, rows: Sequence[Any]) -> Sequence[Any]:
    """The rows without those that would overtake an earlier message to their customer; these go back to the queue."""
    early = queue.overtaking(session, [row.id for row in rows]) if rows else set()
    if early:
        queue.unclaim(session, early)
    return [row for row in rows if row.id not in early]


def _paced(session: Session, sender: SenderView, verdict: Verdict, now: datetime) -> Verdict:
    """The gate's verdict, or a deferral where an allowed message has to wait for its number's own pace."""
    if sender.rate_per_second is None or not verdict.is_allowed:
        return verdict
    if pacing.grant(session, sender.id, sender.rate_per_second, 1, now):
        return verdict
    until = now + timedelta(seconds=1 / sender.rate_per_second)
    return Verdict(Defer(until, "number_paced"), "number_pace", ("number_paced",))


def _log(changes: Changes, row: Any, purpose: str, verdict: Verdict, now: datetime) -> None:
    word = "allowed" if isinstance(verdict.decision, Allow) else "refused"
    word = "deferred" if isinstance(verdict.decision, Defer) else word
    if word == "deferred" and row.reason == verdict.decision.reason:  # type: ignore[union-attr]
        return  # the same deferral as last time says nothing new
    reason = "allowed" if isinstance(verdict.decision, Allow) else verdict.decision.reason
    details = {"purpose": str(purpose), "reasons": list(verdict.reasons), "rule": verdict.rule}
    changes.decide(
        "outbound", row.id, row.customer_id, row.brand_id, word, reason, now, row.trace_id, **details
    )


def _handing(facts: GateFacts, row: Any, purpose: Purpose, wording: Composed) -> outcomes.Leaving:
    sender, customer = facts.directory.senders[row.sender_id], facts.locked[row.customer_id]
    update = {
        "id": row.id,
        "status": HANDING,
        "purpose": str(purpose),
        **asdict(wording),
        "handed_at": facts.now,
        "leased_until": facts.now + HANDING_LEASE,
        "attempts": row.attempts + 1,
        "reason": None,
        "due_at": row.due_at,
    }
    outgoing = Outgoing(
        id=str(row.id),
        to_phone=customer.phone,
        from_address=sender.address,
        text=wording.text,
        status_callback=messages.status_callback(facts.parts, facts.channel),
        parts=wording.parts,
    )
    return outcomes.Leaving(row, update, outgoing)


def _deferred(row: Any, decision: Defer, now: datetime) -> dict[str, Any]:
    """The hours in which a message may not go do not count as its shelf life."""
    expires_at = row.expires_at
    if expires_at is not None and decision.reason in HOURS:
        expires_at += decision.until - now
    return {
        "id": row.id,
        "status": QUEUED,
        "due_at": decision.until,
        "reason": decision.reason,
        "expires_at": expires_at,
        "leased_until": None,
    }


def _refused(row: Any, verdict: Verdict, now: datetime) -> dict[str, Any]:
    return {
        "id": row.id,
        "status": REFUSED,
        "reason": verdict.decision.reason if not isinstance(verdict.decision, Allow) else None,
        "reasons": list(verdict.reasons),
        "settled_at": now,
        "leased_until": None,
    }


def _write(session: Session, updates: Sequence[dict[str, Any]]) -> None:
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in updates:
        groups.setdefault(row["status"], []).append(row)
    for group in groups.values():
        queue.update_rows(session, group)
