"""Stores what providers deliver, once, and decides opting out and in by rule before anything is acknowledged."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.domain.text import clean
from app.providers.contract import Parsed, ParsedInbound, Unparseable
from app.store.customers import ids_of_all
from app.store.inbounds import RECEIVED, Inbound, Quarantined
from app.store.outbound import queue as outbound_queue
from app.store.tables import new_id
from app.store.writing import insert_ignoring, insert_new
from app.usecases.arrivals import Arrival, sender_of
from app.usecases.directory import ChannelView
from app.usecases.opt_by_rule import decide_opting
from app.usecases.parts import Parts
from app.usecases.receipts import apply_receipts

MAX_TEXT = 2000


@dataclass(frozen=True, slots=True)
class Delivery:
    """One call of a provider's webhook, verified and parsed."""

    channel: ChannelView
    parsed: Parsed
    trace_id: str


@dataclass(slots=True)
class Received:
    """What became of one delivery: ids of new messages, who opted out in it, and hand-overs to them
    that had begun before."""

    inbound_ids: list[UUID] = field(default_factory=list)
    opted_out: list[UUID] = field(default_factory=list)
    handing: list[UUID] = field(default_factory=list)
    duplicates: int = 0
    quarantined: int = 0
    receipts: int = 0


def receive(parts: Parts, deliveries: Sequence[Delivery], now: datetime) -> list[Received]:
    """Stores messages, receipts and what could not be read, in one transaction; safe to repeat.

    Raises the database's errors: then nothing was stored, and the provider has to be told to repeat.
    """
    received = [Received() for _ in deliveries]
    with parts.store.write() as session:
        _receive_inbound(parts, session, deliveries, received, now)
        for delivery, result in zip(deliveries, received, strict=True):
            parsed = delivery.parsed
            result.quarantined += _quarantine(session, delivery.channel, parsed.unparseable, now)
            if parsed.receipts:
                result.receipts = apply_receipts(parts, session, delivery.channel, parsed.receipts, now)
    if any(result.inbound_ids for result in received):
        parts.wake.ring("inbound")
    if any(result.opted_out for result in received):
        parts.wake.ring("outbound")
    return received


def still_handing(parts: Parts, outbound_ids: Sequence[UUID]) -> bool:
    """Whether any of these hand-overs has not ended yet."""
    with parts.store.read() as session:
        return outbound_queue.is_handing(session, outbound_ids)


def _receive_inbound(
    parts: Parts, session: Session, deliveries: Sequence[Delivery], received: list[Received], now: datetime
) -> None:
    items = [(number, item) for number, one in enumerate(deliveries) for item in one.parsed.inbound]
    if not items:
        return
    known = ids_of_all(session, [item.from_phone for _, item in items], now)
    arrivals: list[tuple[int, Arrival]] = []
    for number, item in items:
        delivery, customer_id = deliveries[number], known[item.from_phone]
        sender = sender_of(session, delivery.channel, item, customer_id)
        if sender is None:
            homeless = [Unparseable(written(item), "no sender of the channel has this number")]
            received[number].quarantined += _quarantine(session, delivery.channel, homeless, now)
        else:
            arrival = Arrival(item, delivery.channel, sender, customer_id, delivery.trace_id)
            arrivals.append((number, arrival))
    fresh = _store(session, [arrival for _, arrival in arrivals], now)
    new = [(number, arrival) for number, arrival in arrivals if arrival.row["id"] in fresh]
    opted_out: set[UUID] = set()
    if new:
        opted_out = decide_opting(parts, session, parts.directory.current(now), [one for _, one in new], now)
    begun = outbound_queue.handing_to(session, opted_out) if opted_out else {}
    for number, arrival in arrivals:
        result = received[number]
        if arrival.row["id"] not in fresh:
            result.duplicates += 1
            continue
        result.inbound_ids.append(arrival.row["id"])
        if arrival.customer_id in opted_out:
            result.opted_out.append(arrival.customer_id)
            result.handing += begun.get(arrival.customer_id, [])


def _store(session: Session, arrivals: Sequence[Arrival], now: datetime) -> set[UUID]:
    """Inserts what is new, and returns the ids of that; a repeated message is known by its provider's id."""
    unique: dict[tuple[UUID, str], Arrival] = {}
    for arrival in arrivals:
        arrival.row = _row(arrival, now)
        unique.setdefault((arrival.channel.id, arrival.row["provider_message_id"]), arrival)
    rows = sorted(
        (arrival.row for arrival in unique.values()), key=lambda row: str(row["provider_message_id"])
    )
    return insert_new(session, Inbound, rows, ("channel_id", "provider_message_id"), "id")


def _row(arrival: Arrival, now: datetime) -> dict[str, Any]:
    item = arrival.parsed
    return {
        "id": new_id(),
        "channel_id": arrival.channel.id,
        "sender_id": arrival.sender.id,
        "brand_id": arrival.sender.brand_id,
        "customer_id": arrival.customer_id,
        "provider_message_id": item.provider_message_id[:80],
        "text": clean(item.text)[:MAX_TEXT],
        "media": [{"url": media.url, "type": media.content_type} for media in item.media],
        "sent_at": min(item.at, now) if item.at is not None else None,
        "received_at": now,
        "status": RECEIVED,
        "trace_id": arrival.trace_id,
    }


def _quarantine(session: Session, channel: ChannelView, lost: Sequence[Unparseable], now: datetime) -> int:
    rows = [
        {
            "id": new_id(),
            "channel_id": channel.id,
            "digest": hashlib.sha256(item.raw).digest(),
            "body": item.raw.decode("utf-8", "backslashreplace").replace("\x00", "\ufffd"),
            "why": item.why[:200],
            "received_at": now,
        }
        for item in lost
    ]
    insert_ignoring(session, Quarantined, rows, ("channel_id", "digest"))
    return len(rows)


def written(item: ParsedInbound) -> bytes:
    """A message that was understood but belongs to nobody, as the quarantine keeps it; `reread` is the reverse."""
    told = {
        "huixin_inbound": item.provider_message_id,
        "from": item.from_phone,
        "to": item.to_address,
        "text": clean(item.text),
        "at": item.at.isoformat() if item.at else None,
        "sign": item.sign_name,
    }
    return json.dumps(told, ensure_ascii=False).encode()


def reread(body: str) -> ParsedInbound | None:
    """The message that `written` has kept; None where the body is a provider's own."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or "huixin_inbound" not in told:
        return None
    at = datetime.fromisoformat(told["at"]) if told["at"] else None
    return ParsedInbound(told["huixin_inbound"], told["from"], told["to"], told["text"], at, told["sign"])
