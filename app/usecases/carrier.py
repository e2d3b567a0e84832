"""The simulator's carrier over the store: takes messages as a real one would, and owes receipts for them.

Fifty receipts are applied within 50 ms, for which nobody else can write on SQLite.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from app.providers.contract import (
    Accepted,
    Outcome,
    Outgoing,
    ParsedReceipt,
    ReceiptStatus,
    Rejected,
    Rejection,
    Unknown,
)
from app.providers.simulator import SimulatorSettings, Taking, carrier_plan
from app.store import simulated
from app.store.engine import Store
from app.store.phone_hashes import phone_hash
from app.store.tables import new_id
from app.usecases.parts import Parts
from app.usecases.receipts import apply_receipts

BATCH = 50


class StoredCarrier:
    """One channel's carrier. A message it has taken is a row; a message taken twice is two rows."""

    def __init__(self, store: Store, channel_id: UUID, now: Callable[[], datetime]) -> None:
        self._store, self._channel_id, self._now = store, channel_id, now

    def take(self, messages: Sequence[Outgoing], settings: SimulatorSettings) -> list[Outcome]:
        """One outcome for each message, in the same order, by the fate of its number."""
        now = self._now()
        plans = [carrier_plan(message.to_phone, message.id, settings.seed, settings) for message in messages]
        outcomes: list[Outcome] = []
        rows = []
        with self._store.write() as session:
            moody = [UUID(m.id) for m, plan in zip(messages, plans, strict=True) if plan.refusals]
            tried = simulated.times_tried(session, moody) if moody else {}
            for message, plan in zip(messages, plans, strict=True):
                is_refused = tried.get(UUID(message.id), 0) < plan.refusals
                row_id = new_id()
                row = {
                    "id": row_id,
                    "channel_id": self._channel_id,
                    "outbound_id": UUID(message.id),
                    "phone_hash": phone_hash(message.to_phone),
                    "address": message.from_address,
                    "text": message.text,
                    "taken_at": now,
                    "is_answer_lost": plan.outcome is Taking.LOSE_ANSWER,
                    "is_refused": is_refused,
                    "receipt_status": None if is_refused or plan.receipt is None else plan.receipt.value,
                    "receipt_code": plan.code,
                    "receipt_due_at": now + timedelta(seconds=plan.delay_s),
                    "reported_at": None,
                }
                rows.append(row)
                outcomes.append(_answer(plan.outcome, is_refused, row_id))
            simulated.add(session, rows)
        return outcomes


def _answer(taking: Taking, is_refused: bool, provider_id: UUID) -> Outcome:
    if is_refused:
        return Rejected(Rejection.TEMPORARY, "busy")
    if taking is Taking.LOSE_ANSWER:
        return Unknown("the carrier's answer was lost")
    return Accepted(str(provider_id))


def report(parts: Parts, now: datetime) -> int:
    """Delivers the receipts that the carrier owes by now; returns how many."""
    directory = parts.directory.current(now)
    with parts.store.read() as session:
        if not simulated.has_due_receipts(session, now):
            return 0
    with parts.store.write() as session:
        owed = []
        for row in simulated.due_receipts(session, now, BATCH):
            status = ReceiptStatus(row.receipt_status)
            receipt = ParsedReceipt(
                str(row.id), str(row.outbound_id), None, status, row.receipt_code, row.receipt_due_at
            )
            if row.channel_id in directory.channels:
                owed.append((directory.channels[row.channel_id], receipt))
        return apply_receipts(parts, session, owed, now)
