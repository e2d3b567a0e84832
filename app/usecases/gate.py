"""The one transaction in which the gate speaks: claimed becomes handing, queued again, or refused."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.domain.compliance.decision import Allow, Defer, Verdict, decide
from app.domain.composing import Composed
from app.domain.purpose import Purpose
from app.providers.contract import Outgoing
from app.store import pacing
from app.store.outbound import queue
from app.store.outbound.table import HANDING, QUEUED, REFUSED
from app.usecases import messages, outcomes, staff_replies
from app.usecases.changes import Changes, Decided
from app.usecases.directory import ChannelView, SenderView
from app.usecases.gate_facts import GateFacts
from app.usecases.parts import Parts
from app.usecases.prepared import Prepared
from app.usecases.telling_runs import RunTeller, open_questions

HANDING_LEASE = timedelta(seconds=60)
HOURS = ("quiet_hours", "outside_window")


@dataclass(slots=True)
class Decisions:
    """What the gate has said of a batch, and when."""

    at: datetime
    leaving: list[outcomes.Leaving] = field(default_factory=list)
    deferred: int = 0
    refused: int = 0


def decide_batch(parts: Parts, channel: ChannelView, ids: Sequence[UUID]) -> Decisions:
    """Decides claimed messages of a channel, and writes what is to become of each.

    What can be made ready without the customers' locks is, so that a customer's opt-out hardly ever waits.
    """
    prepared = Prepared.read(parts, channel, ids)
    if not prepared.rows:
        return Decisions(parts.now())
    with parts.store.write() as session:
        return _decide(session, GateFacts.read(session, prepared))


def _decide(session: Session, facts: GateFacts) -> Decisions:
    changes, rules, now = Changes(), facts.parts.rules.gate, facts.now
    done = Decisions(now)
    updates: list[dict[str, Any]] = []
    teller = _teller(session, facts, changes)
    for row in facts.rows:
        send, wording = facts.send(row)
        verdict = decide(send, facts.of(row), rules, now)
        verdict = _paced(session, facts.directory.senders[row.sender_id], verdict, now)
        _log(changes, row, send.purpose, verdict, now)
        if isinstance(verdict.decision, Allow):
            handing = _handing(facts, row, send.purpose, wording)
            updates.append(handing.update)
            done.leaving.append(handing)
            facts.note_handed(row)
        elif isinstance(verdict.decision, Defer):
            updates.append(_deferred(row, verdict.decision, now))
            done.deferred += 1
        else:
            updates.append(_refused(row, verdict, now))
            teller.not_sent(row, verdict.decision.reason)
            done.refused += 1
    open_questions(teller, [one.row for one in done.leaving], facts)
    _write(session, updates)
    facts.write(session)
    changes.flush(session)
    by_staff = [row.id for row in facts.rows if row.staff_id is not None]
    staff_replies.settle(facts.parts, session, by_staff, now)
    return done


def _teller(session: Session, facts: GateFacts, changes: Changes) -> RunTeller:
    asking = [row for row in facts.rows if row.asks_question]
    giving_way = {run_id for row in asking if (run_id := facts.superseded_by(row)) is not None}
    return RunTeller(
        facts.parts, session, facts.directory, changes, asking, facts.locked, facts.now, giving_way
    )


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
    changes.decide(Decided.of("outbound", row, word, reason, now, **details))


def _handing(facts: GateFacts, row: Any, purpose: Purpose, wording: Composed) -> outcomes.Leaving:
    sender = facts.directory.senders[row.sender_id]
    was = (row.purpose, Composed(row.text, row.parts, row.encoding, row.offered))
    anew = {"purpose": str(purpose), **asdict(wording)} if was != (purpose, wording) else {}
    update = {
        "id": row.id,
        "customer_id": row.customer_id,
        "status": HANDING,
        **anew,
        "handed_at": facts.now,
        "leased_until": facts.now + HANDING_LEASE,
        "attempts": row.attempts + 1,
        "reason": None,
    }
    outgoing = Outgoing(
        id=str(row.id),
        to_phone=facts.prepared.phones[row.customer_id],
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
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in updates:
        groups.setdefault(tuple(row), []).append(row)
    for group in groups.values():
        queue.update_rows(session, group)
