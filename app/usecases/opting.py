"""Records that a customer stops, starts or has to be asked, in the ledger, the profile and the queue at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from app.store.tables import new_id
from app.usecases.changes import Changes, Withdrawal
from app.usecases.turn import Turn


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
    """Adds one line to the consent ledger: kind is requested, granted, withdrawn, stopped_all or held."""
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


def hold(turn: Turn, source: str, inbound_id: UUID | None) -> None:
    """Holds marketing until somebody has found out what the customer wants."""
    if turn.profile["consent"] != "withdrawn":
        ledger(turn.changes, *turn.key, "held", source, turn.now, inbound_id=inbound_id)
        turn.change_profile(consent="held", consent_at=turn.now)


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
    turn.change_profile(consent=state, consent_at=turn.now, stopped_at=None)
