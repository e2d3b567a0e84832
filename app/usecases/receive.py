"""Stores what providers deliver, once, and decides opting out and in by rule before anything is acknowledged."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from app.domain.text import clean
from app.providers.contract import Parsed, ParsedInbound, Unparseable
from app.store import customers, erasures, inbounds, phone_hashes
from app.store.inbounds import RECEIVED, Inbound, Quarantined
from app.store.outbound import queue as outbound_queue
from app.store.tables import new_id
from app.store.writing import insert_ignoring, insert_new
from app.usecases import receipts
from app.usecases.arrivals import Arrival, sender_of
from app.usecases.directory import ChannelView
from app.usecases.opt_by_rule import decide_opting
from app.usecases.parts import Parts

MAX_TEXT = 2000
LONGEST_ID = 80
PIECE = 50
"""Items of one delivery in a transaction: who sends thousands at once shares the writer with everybody else."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Delivery:
    """One call of a provider's webhook, verified and parsed."""

    channel: ChannelView
    parsed: Parsed
    trace_id: str

    @property
    def items(self) -> int:
        """How many messages, receipts and unreadable parts it holds."""
        return len(self.parsed.inbound) + len(self.parsed.receipts) + len(self.parsed.unparseable)

    def pieces(self) -> list["Delivery"]:
        """The same in deliveries of at most PIECE items, in order; one where it holds no more."""
        if self.items <= PIECE:
            return [self]
        told = self.parsed
        cuts = [
            *(Parsed(inbound=some) for some in _cut(told.inbound)),
            *(Parsed(receipts=some) for some in _cut(told.receipts)),
            *(Parsed(unparseable=some) for some in _cut(told.unparseable)),
        ]
        return [Delivery(self.channel, some, self.trace_id) for some in cuts]


def _cut(items: tuple[T, ...]) -> list[tuple[T, ...]]:
    return [items[start : start + PIECE] for start in range(0, len(items), PIECE)]


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

    def __add__(self, other: "Received") -> "Received":
        return Received(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


Numbered = tuple[int, ParsedInbound]
"""A message, and which delivery it came in."""


class _Overtaken(Exception):
    """A phone has gone to a new owner, or its owner was erased, between looking it up and locking them."""


def receive(parts: Parts, deliveries: Sequence[Delivery], now: datetime) -> list[Received]:
    """Stores messages, receipts and what could not be read, in one transaction; safe to repeat.

    Raises the database's errors: then nothing was stored, and the provider has to be told to repeat.
    """
    while True:
        try:
            received = _received(parts, deliveries, now)
            break
        except _Overtaken:  # nothing was kept: the next try finds who has the phone now
            continue
    if any(result.inbound_ids for result in received):
        parts.wake.ring("inbound")
    if any(result.opted_out for result in received):
        parts.wake.ring("outbound")
    return received


def _received(parts: Parts, deliveries: Sequence[Delivery], now: datetime) -> list[Received]:
    received = [Received() for _ in deliveries]
    with parts.store.write() as session:
        new = _store_inbound(session, deliveries, received, now)
        told = [(number, one) for number, each in enumerate(deliveries) for one in each.parsed.receipts]
        reports = [(deliveries[number].channel, receipt) for number, receipt in told]
        noted = receipts.note(parts, session, reports, now)
        for (number, _), report in zip(told, noted.reports, strict=True):
            received[number].receipts += report.message is not None
        for delivery, result in zip(deliveries, received, strict=True):
            result.quarantined += _quarantine(session, delivery.channel, delivery.parsed.unparseable, now)
        # two batches about the same people lock them in the same order: delivery by delivery they could deadlock
        wanted = noted.concerned | {arrival.customer_id for _, arrival in new}
        locked = {row.id: row for row in customers.lock(session, wanted)} if wanted else {}
        if any(locked[arrival.customer_id].phone_hash is None for _, arrival in new):
            raise _Overtaken
        receipts.apply(parts, session, noted, locked, now)
        _decide_opting(parts, session, new, locked, received, now)
    return received


def still_handing(parts: Parts, outbound_ids: Sequence[UUID]) -> bool:
    """Whether any of these hand-overs has not ended yet."""
    with parts.store.read() as session:
        return outbound_queue.is_handing(session, outbound_ids)


def _store_inbound(
    session: Session, deliveries: Sequence[Delivery], received: list[Received], now: datetime
) -> list[tuple[int, Arrival]]:
    """The messages that are new, each with the number of its delivery."""
    told = [(number, item) for number, one in enumerate(deliveries) for item in one.parsed.inbound]
    if not told:
        return []
    items, known = _whose(session, deliveries, told, received, now)
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
    for number, arrival in arrivals:
        received[number].duplicates += arrival.row["id"] not in fresh
    return [(number, arrival) for number, arrival in arrivals if arrival.row["id"] in fresh]


def _whose(
    session: Session,
    deliveries: Sequence[Delivery],
    items: Sequence[Numbered],
    received: list[Received],
    now: datetime,
) -> tuple[Sequence[Numbered], dict[str, UUID]]:
    """The messages, and the customers' ids by phone; people not known yet are made.

    A repeated message of somebody who was erased meanwhile is left out: it makes nobody known again.
    """
    phones = {item.from_phone for _, item in items}
    known = customers.ids_by_phone(session, phones)
    strangers = phones - known.keys()
    if not strangers:
        return items, known
    erased = erasures.of(session, phone_hashes.every(strangers))
    if erased:
        items = _not_stored(session, deliveries, items, received, strangers)
        strangers &= {item.from_phone for _, item in items}
    known |= customers.make(session, strangers, erased, now)
    if not known.keys() >= strangers:  # another transaction has made some of them meanwhile
        known |= customers.ids_of_all(session, strangers - known.keys(), now)
    return items, known


def _not_stored(
    session: Session,
    deliveries: Sequence[Delivery],
    items: Sequence[Numbered],
    received: list[Received],
    phones: Collection[str],
) -> list[Numbered]:
    """The messages without those from these phones that were stored before."""
    named = [(deliveries[number].channel.id, _message_id(item)) for number, item in items]
    stored, kept = inbounds.stored(session, named), list[Numbered]()
    for name, (number, item) in zip(named, items, strict=True):
        if name in stored and item.from_phone in phones:
            received[number].duplicates += 1
        else:
            kept.append((number, item))
    return kept


def _decide_opting(
    parts: Parts,
    session: Session,
    new: Sequence[tuple[int, Arrival]],
    locked: Mapping[UUID, Any],
    received: list[Received],
    now: datetime,
) -> None:
    if not new:
        return
    directory = parts.directory.current(now)
    opted_out = decide_opting(parts, session, directory, [arrival for _, arrival in new], locked, now)
    begun = outbound_queue.handing_to(session, opted_out) if opted_out else {}
    for number, arrival in new:
        result = received[number]
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
    rows = [unique[key].row for key in sorted(unique, key=lambda key: (key[1], key[0]))]
    return insert_new(session, Inbound, rows, ("channel_id", "provider_message_id"), "id")


def _message_id(item: ParsedInbound) -> str:
    return item.provider_message_id[:LONGEST_ID]


def _row(arrival: Arrival, now: datetime) -> dict[str, Any]:
    item = arrival.parsed
    return {
        "id": new_id(),
        "channel_id": arrival.channel.id,
        "sender_id": arrival.sender.id,
        "brand_id": arrival.sender.brand_id,
        "customer_id": arrival.customer_id,
        "provider_message_id": _message_id(item),
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
