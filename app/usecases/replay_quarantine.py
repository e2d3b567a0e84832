"""Tries again what could not be read or placed when it came: parsed with today's code, received as if it came now."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select, update

from app.providers.contract import Parsed, Request
from app.store.inbounds import Quarantined
from app.usecases.directory import ChannelView
from app.usecases.parts import Parts
from app.usecases.receive import Delivery, Received, receive, reread


@dataclass(frozen=True, slots=True)
class Left:
    """A delivery that stays in quarantine: its id, when it came, on which channel, and why it cannot be used."""

    id: UUID
    received_at: datetime
    channel: str
    why: str


@dataclass(slots=True)
class Replayed:
    """What became of the quarantine."""

    messages: int
    receipts: int
    left: list[Left]


def replay(parts: Parts, now: datetime) -> Replayed:
    """Tries everything in quarantine, oldest first; what is received leaves it. Safe to repeat."""
    done = Replayed(0, 0, [])
    channels = parts.directory.current(now).channels
    with parts.store.read() as session:
        waiting = select(Quarantined.__table__).where(Quarantined.replayed_at.is_(None))
        rows = session.execute(waiting.order_by(Quarantined.received_at)).all()
    for row in rows:
        channel = channels.get(row.channel_id)
        if channel is None:
            done.left.append(Left(row.id, row.received_at, "", "its channel's provider is not installed"))
        else:
            _try(parts, channel, row, now, done)
    return done


def _try(parts: Parts, channel: ChannelView, row: Any, now: datetime, done: Replayed) -> None:
    parsed = _parsed(channel, row.body)
    why = parsed.unparseable[0].why if parsed.unparseable else None
    if why is None and not (parsed.inbound or parsed.receipts):
        why = "holds nothing"
    if why is None:
        received = _received(parts, Delivery(channel, parsed, uuid4().hex), now)
        why = row.why if received.quarantined else None
        done.messages += len(received.inbound_ids)
        done.receipts += received.receipts
    if why is not None:
        done.left.append(Left(row.id, row.received_at, channel.name, why))
        return
    with parts.store.write() as session:
        done_with = update(Quarantined).where(Quarantined.id == row.id)
        session.execute(
            done_with.values(replayed_at=now, body="")
        )  # what it held is stored as its person's now


def _received(parts: Parts, delivery: Delivery, now: datetime) -> Received:
    """What became of it, piece by piece: what providers deliver meanwhile waits for one piece, not for thousands."""
    return sum((receive(parts, [piece], now)[0] for piece in delivery.pieces()), Received())


def _parsed(channel: ChannelView, body: str) -> Parsed:
    known = reread(body)
    if known is not None:
        return Parsed(inbound=(known,))
    address = f"/hooks/{channel.name}/replay"
    return channel.provider.parse(Request("POST", address, body=body.encode()), channel.settings)
