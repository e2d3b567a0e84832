"""Applies receipts: matched by our id or the provider's, in any order, each state only upwards, once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.providers.contract import ParsedReceipt
from app.store.outbound import queue
from app.store.outbound import receipts as receipt_store
from app.store.tables import new_id
from app.usecases import number_health, staff_replies
from app.usecases.directory import ChannelView
from app.usecases.parts import Parts

SETTLED = ("delivered", "undelivered", "read", "failed")


def apply_receipts(
    parts: Parts, session: Session, channel: ChannelView, receipts: Sequence[ParsedReceipt], now: datetime
) -> int:
    """Stores and applies what a provider reports; what names no known message yet waits for it."""
    rows = [
        {
            "id": new_id(),
            "channel_id": channel.id,
            "outbound_id": _uuid(receipt.outbound_id),
            "provider_id": receipt.provider_id,
            "status": receipt.status.value,
            "code": receipt.code,
            "at": receipt.at or now,
            "received_at": now,
            "applied_at": None,
        }
        for receipt in receipts
    ]
    receipt_store.add(session, rows)
    return _apply(parts, session, channel, rows, now)


def apply_waiting(
    parts: Parts, session: Session, channel: ChannelView, provider_ids: Sequence[str], now: datetime
) -> int:
    """Applies reports that had come before the provider's answer to the hand-over."""
    if not provider_ids:
        return 0
    waiting = [dict(row._mapping) for row in receipt_store.waiting(session, channel.id, provider_ids)]
    return _apply(parts, session, channel, waiting, now) if waiting else 0


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _apply(
    parts: Parts, session: Session, channel: ChannelView, rows: Sequence[dict[str, Any]], now: datetime
) -> int:
    ours = {row["outbound_id"] for row in rows if row["outbound_id"]}
    theirs = {row["provider_id"] for row in rows if row["provider_id"]}
    found = receipt_store.outbounds_named(session, channel.id, ours, theirs)
    by_id = {row.id: row for row in found}
    by_provider = {row.provider_id: row for row in found if row.provider_id}
    applied: list[UUID] = []
    best: dict[UUID, tuple[Any, dict[str, Any]]] = {}
    for row in rows:
        message = by_id.get(row["outbound_id"]) or by_provider.get(row["provider_id"])
        if message is None:
            continue
        applied.append(row["id"])
        rank = receipt_store.RANK.get(row["status"], 0)
        held = best.get(message.id)
        if rank > receipt_store.RANK.get(held[1]["status"] if held else message.status, 0):
            best[message.id] = (message, row)
    receipt_store.mark_applied(session, applied, now)
    told = [(message, row["status"], row["code"]) for message, row in best.values()]
    number_health.learn(parts, session, channel.provider.receipt_codes, told, now)
    _raise_states(session, list(best.values()))
    by_staff = [message.id for message, _ in best.values() if message.staff_id is not None]
    staff_replies.settle(parts, session, by_staff, now)
    return len(applied)


def _raise_states(session: Session, best: Sequence[tuple[Any, dict[str, Any]]]) -> None:
    queue.update_rows(
        session,
        [
            {
                "id": message.id,
                "status": row["status"],
                "code": row["code"] or message.code,
                "settled_at": row["at"] if row["status"] in SETTLED else None,
                "provider_id": message.provider_id or row["provider_id"],
                "is_for_staff": False,
                "leased_until": None,
            }
            for message, row in best
        ],
    )
