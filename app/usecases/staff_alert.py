"""Puts a warning into the outbox as a text to a member of staff, from the number that the brand serves people by.

To the outbox everybody with a phone is a customer, and so is staff: their number gets a row of its own, without consent
and so without marketing. What the text is for (`staff_alert`) no opt-out and no hours of customers stop.
"""

from datetime import datetime
from typing import Any
from uuid import uuid4

from app.domain import alert_words
from app.domain.alert_words import Alert
from app.domain.purpose import Cause, CauseKind
from app.store import customers, notices
from app.store.notices import FAILED, SENT
from app.store.tables import new_id
from app.usecases import messages
from app.usecases.changes import Changes
from app.usecases.parts import Parts
from app.usecases.turn import Reader


def queue(parts: Parts, row: Any, alert: Alert, now: datetime) -> str | None:
    """Settles a claimed notice by queuing its text, both or neither; returns why there is none, where it cannot be."""
    directory, changes = parts.directory.current(now), Changes()
    sender = directory.sender_for(row.brand_id, "service", None)
    with parts.store.write() as session:
        if sender is None or row.phone is None:
            why = "no_sender" if sender is None else "no_phone"
            notices.settle(session, row.id, FAILED, reason=why)
            return why
        owner = customers.lock_owners(session, [row.phone], now)[row.phone]
        outbound_id = new_id()
        if not notices.settle(session, row.id, SENT, reason=None, sent_at=now, outbound_id=outbound_id):
            return None
        book = Reader(session, directory, changes, now).turns({(owner.id, sender.id)}, {owner.id: owner})
        turn, text = book.turn(owner.id, sender.id, uuid4().hex), alert_words.short(alert, row.language, now)
        cause = Cause(CauseKind.STAFF_ALERT, now)
        messages.queue(parts, turn, text, cause, outbound_id=outbound_id, language=row.language)
        changes.flush(session)
    parts.wake.ring("outbound")
    return None
