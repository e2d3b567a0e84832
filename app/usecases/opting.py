"""Records that a customer stops, starts or has to be asked, in the ledger, the profile and the queue at once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.store import consents, customers
from app.store.outbound.table import Outbound
from app.store.tables import new_id
from app.usecases.changes import Changes, Withdrawal
from app.usecases.turn import Turn

SHARED_FOR = timedelta(days=365)
"""A number shared by brands speaks for every brand that used it to this person in this time. Source: SPEC IN-5."""


def ledger(
    changes: Changes,
    customer_id: UUID,
    brand_id: UUID,
    kind: str,
    source: str,
    now: datetime,
    *,
    wording: str | None = None,
    inbound_id: UUID | None = None,
    evidence: dict[str, Any] | None = None,
) -> None:
    """Adds one line to the consent ledger: kind is requested, granted, withdrawn, stopped_all, held or lifted."""
    changes.consent_events.append(
        {
            "id": new_id(),
            "customer_id": customer_id,
            "brand_id": brand_id,
            "kind": kind,
            "source": source,
            "wording": wording,
            "evidence": evidence or {},
            "inbound_id": inbound_id,
            "at": now,
        }
    )


def withdraw(
    changes: Changes,
    customer_id: UUID,
    brands: Sequence[UUID],
    scope: str,
    source: str,
    now: datetime,
    *,
    inbound_id: UUID | None = None,
    reason: str,
    trace_id: str,
) -> None:
    """Stops marketing (scope `marketing`) or everything (scope `all`) of these brands, queued messages included.

    The customer's row must be locked by this transaction: that makes the stop exact.
    """
    kind = "stopped_all" if scope == "all" else "withdrawn"
    for brand_id in brands:
        ledger(changes, customer_id, brand_id, kind, source, now, inbound_id=inbound_id)
        values: dict[str, Any] = {"consent": "withdrawn", "consent_at": now}
        if scope == "all":
            values["stopped_at"] = now
        changes.profiles.setdefault((customer_id, brand_id), {}).update(values)
        changes.withdrawals.append(Withdrawal(customer_id, brand_id, scope == "all", reason, now, trace_id))


def brands_on(session: Session, turn: Turn) -> list[UUID]:
    """The brand, and every brand that used this number to this person within a year."""
    sharing = [
        s for s in turn.channel.senders if s.address == turn.sender.address and s.brand_id != turn.brand.id
    ]
    if not sharing:
        return [turn.brand.id]
    used = session.scalars(
        select(Outbound.brand_id)
        .where(
            Outbound.customer_id == turn.customer.id,
            Outbound.sender_id.in_([sender.id for sender in sharing]),
            Outbound.handed_at >= turn.now - SHARED_FOR,
        )
        .distinct()
    )
    found = [turn.brand.id, *used]
    customers.add_profiles(session, {(turn.customer.id, brand_id) for brand_id in found}, turn.now)
    return found


def hold(turn: Turn, source: str, inbound_id: UUID | None) -> None:
    """Holds marketing until somebody has found out what the customer wants."""
    if turn.profile["consent"] != "withdrawn":
        ledger(turn.changes, *turn.key, "held", source, turn.now, inbound_id=inbound_id)
        turn.change_profile(consent="held", consent_at=turn.now)


def earlier_consent(session: Session, turn: Turn) -> UUID | None:
    """The entry of the ledger that an opt-out has taken away; None where there was no confirmed consent before it.

    A number that turned out to be somebody else's has none: that person never agreed. Source: SPEC SE-3, CP-1.
    """
    stored = [(one.id, one.kind, one.source) for one in consents.history(session, *turn.key)]
    fresh = [
        (one["id"], one["kind"], one["source"])
        for one in turn.changes.consent_events
        if (one["customer_id"], one["brand_id"]) == turn.key
    ]
    for entry_id, kind, source in reversed(stored + fresh):
        if kind == "granted":
            return UUID(str(entry_id))
        if kind not in ("withdrawn", "stopped_all", "held") or source == "wrong_number":
            return None
    return None


def take_back_opt_out(session: Session, turn: Turn, inbound_id: UUID, word: str) -> bool:
    """Ends an opt-out by the customer's own word: consent that was given before it holds again (True); where there
    was none, there still is none. Source: SPEC IN-3, CP-1; PROVIDERS section 11 (START re-enables what STOP disabled).
    """
    earlier = earlier_consent(session, turn)
    kind, state = ("granted", "granted") if earlier is not None else ("lifted", "none")
    evidence = {"restores": str(earlier)} if earlier is not None else {}
    ledger(
        turn.changes,
        *turn.key,
        kind,
        "inbound",
        turn.now,
        wording=word,
        inbound_id=inbound_id,
        evidence=evidence,
    )
    turn.change_profile(consent=state, consent_at=turn.now, stopped_at=None)
    return earlier is not None


def grant(
    turn: Turn,
    source: str,
    *,
    inbound_id: UUID | None = None,
    wording: str | None = None,
    is_confirmed: bool = True,
) -> None:
    """Records consent to marketing; not confirmed it only waits for the customer's yes."""
    kind, state = ("granted", "granted") if is_confirmed else ("requested", "pending")
    ledger(turn.changes, *turn.key, kind, source, turn.now, wording=wording, inbound_id=inbound_id)
    turn.change_profile(consent=state, consent_at=turn.now)
    if is_confirmed:
        turn.change_profile(stopped_at=None)
