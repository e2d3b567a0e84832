"""Ends a number's owner: their consent and their profile go, and whoever has the number now starts afresh."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.domain.delivery_codes import EXPIRES_AFTER, REASSIGNED
from app.store import conversations, customers, forgetting, inbounds, number_reviews, runs
from app.store.outbound import queue
from app.usecases import opting
from app.usecases.changes import STOPPED_BY_ALL, Changes, Decided
from app.usecases.parts import Parts

BATCH = 20
"""Owners ended in a transaction: on SQLite nobody else can write meanwhile."""


def end(
    session: Session,
    changes: Changes,
    customer_id: UUID,
    source: str,
    now: datetime,
    *,
    status: str,
    trace_id: str = "",
    inbound_id: UUID | None = None,
) -> UUID:
    """Ends the owner, whose row this transaction has locked, with every brand; returns the new owner's id.

    What waits for the old one is cancelled, but for what this transaction queues itself (an apology). An opt-out
    counts for the number: the new owner has it from the first. No consent of before does, whoever proves it later.
    Neither ledger names the other owner: a ledger is never changed, and an erasure has to part them.
    Source: SPEC SE-3.
    """
    heir = customers.succeed(session, customer_id, status, now)
    known = customers.profiles(session, [customer_id])
    customers.add_profiles(session, {(heir, brand_id) for _, brand_id in known}, now)
    for (_, brand_id), stored in known.items():
        mine = changes.profiles.setdefault((customer_id, brand_id), {})
        profile = {**stored, **mine}
        kept = _carried(session, changes, profile, customer_id, heir, now)
        changes.profiles[heir, brand_id] = {"consent": "none", "consent_at": now, "stopped_at": None, **kept}
        mine.update({**forgetting.nothing_known("profiles"), "consent": "none", "consent_at": now})
        opting.ledger(changes, customer_id, brand_id, "ended", source, now, inbound_id=inbound_id)
        for row in queue.cancel(session, [customer_id], brand_id, STOPPED_BY_ALL, "reassigned_number", now):
            told = ("outbound", row.id, customer_id, brand_id, "cancelled", "reassigned_number")
            changes.decide(Decided(*told, now, trace_id))
    changes.closed_questions.update(runs.end_all(session, customer_id, "reassigned_number", now))
    changes.desks |= conversations.close_all(session, customer_id, now)
    _hand_on_texts(session, changes, customer_id, heir, inbound_id)
    changes.decide(Decided("number", customer_id, customer_id, None, REASSIGNED, source, now, trace_id))
    return heir


def _hand_on_texts(
    session: Session, changes: Changes, customer_id: UUID, heir: UUID, inbound_id: UUID | None
) -> None:
    """Texts that nobody has understood yet are the new owner's: one of them may say that they want no more."""
    read = {one["id"] for one in changes.closed_inbounds if one["status"] == inbounds.DONE}
    moved = inbounds.hand_on(session, customer_id, heir, read | ({inbound_id} if inbound_id else set()))
    for one in changes.closed_inbounds:
        if one["id"] in moved:
            one["conversation_id"] = None
    changes.successors[customer_id] = heir


def _carried(
    session: Session,
    changes: Changes,
    profile: Mapping[str, Any],
    customer_id: UUID,
    heir: UUID,
    now: datetime,
) -> dict[str, Any]:
    """The opt-out that stays with the number, and the doubt whether there was one."""
    brand_id, stopped_at = profile["brand_id"], profile["stopped_at"]
    if profile["consent"] == "withdrawn" or stopped_at is not None:
        consent, kind = "withdrawn", "stopped_all" if stopped_at is not None else "withdrawn"
    elif opting.is_held_in_doubt(session, changes, customer_id, brand_id):
        consent, kind = "held", "held"
    else:
        return {}
    opting.ledger(changes, heir, brand_id, kind, REASSIGNED, now)
    return {"consent": consent, "consent_at": now, "stopped_at": stopped_at}


def end_expired(parts: Parts, now: datetime) -> int:
    """Ends owners whose number was reported dead or suspended 180 days ago and never heard of again; some of them."""
    before, changes = now - EXPIRES_AFTER, Changes()
    with parts.store.read() as session:
        waiting = number_reviews.silent_since(session, before, BATCH)
    if not waiting:
        return 0
    with parts.store.write() as session:
        customers.lock(session, waiting)
        still = set(number_reviews.silent_since(session, before, BATCH)) & set(waiting)
        for customer_id in sorted(still):
            end(session, changes, customer_id, "number_expired", now, status="unknown")
        changes.flush(session)
    return len(still)
