"""Sets texts aside that cannot be dealt with, so that they block nobody: staff look, and marketing waits for them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.store import conversations, customers, inbounds
from app.store.inbounds import DONE
from app.usecases import hand_offs, holds
from app.usecases.changes import Changes, Decided
from app.usecases.parts import Parts

ERROR = "error"


def texts_of(parts: Parts, customer_id: UUID, now: datetime) -> None:
    """The customer's texts that the rules could not decide."""
    with parts.store.write() as session:
        customers.lock(session, [customer_id])
        waiting = [
            row for row in inbounds.unread_rows(session, customer_id) if row.status == inbounds.RECEIVED
        ]
        _hand_over(parts, session, waiting, now)


def text(parts: Parts, inbound_id: UUID, now: datetime) -> None:
    """One text that could not be decided by its meaning; its number may have gone to somebody else meanwhile."""
    with parts.store.write() as session:
        customer_id = inbounds.whose(session, inbound_id)
        customers.lock(session, [customer_id])
        mine = [row for row in inbounds.unread_rows(session, customer_id) if row.id == inbound_id]
        _hand_over(parts, session, mine, now)


def _hand_over(parts: Parts, session: Session, texts: Sequence[Any], now: datetime) -> None:
    """Closes the texts of one customer, who is locked. Nothing is read that the decision may have stumbled over."""
    changes, directory = Changes(), parts.directory.current(now)
    holds.hold_unread(session, directory, changes, texts, now)
    waiting = conversations.open_with(session, {row.customer_id for row in texts})
    lying = {row.brand_id: row.id for row in waiting}
    for row in texts:
        if row.brand_id not in lying:
            brand = directory.brands[row.brand_id]
            new = hand_offs.new(brand, row.customer_id, row.sender_id, ERROR, now)
            changes.new_conversations[new["id"]] = new
            changes.desks.add(brand.id)
            lying[row.brand_id] = new["id"]
            told = (new["id"], row.customer_id, row.brand_id, "handed_off", ERROR, now, row.trace_id)
            changes.decide(Decided("conversation", *told))
        changes.decide(Decided.of("inbound", row, "routed", ERROR, now))
        values = {"status": DONE, "outcome": ERROR, "decided_at": now, "leased_until": None}
        changes.closed_inbounds.append({"id": row.id, "conversation_id": lying[row.brand_id], **values})
    changes.flush(session)
