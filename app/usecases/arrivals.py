"""Finds whose an inbound message is, and which brand and number it was written to."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.providers.contract import ParsedInbound
from app.store.outbound.table import Outbound
from app.usecases.directory import ChannelView, SenderView


@dataclass(slots=True)
class Arrival:
    """One inbound message with its customer and its number; `row` is what is stored of it, `last_sent_language`
    that of the last message they got there, where it was looked up."""

    parsed: ParsedInbound
    channel: ChannelView
    sender: SenderView
    customer_id: UUID
    trace_id: str
    row: dict[str, Any] = field(default_factory=dict)
    last_sent_language: str | None = None


def sender_of(
    session: Session, channel: ChannelView, item: ParsedInbound, customer_id: UUID
) -> SenderView | None:
    """Routes by destination and signature; where brands share the number, to the one that wrote last.

    None where that leaves open which brand is meant: no brand is to read what was written to another.
    Source: DESIGN, brands and channels.
    """
    owners = [sender for sender in channel.senders if sender.address == item.to_address]
    owners = owners or [s for s in channel.senders if s.address and item.to_address.endswith(s.address)]
    possible = owners or list(channel.senders)
    signed = [sender for sender in possible if item.sign_name and sender.sign_name == item.sign_name]
    is_known = bool(owners or signed) or len({sender.brand_id for sender in possible}) == 1
    if not is_known and item.to_address:
        return None
    fitting = signed or possible
    if len(fitting) <= 1:
        return fitting[0] if fitting else None
    mine = {sender.id: sender for sender in fitting}
    wrote = session.scalars(
        select(Outbound.sender_id)
        .where(
            Outbound.customer_id == customer_id,
            Outbound.sender_id.in_(mine),
            Outbound.handed_at.is_not(None),
        )
        .order_by(Outbound.handed_at.desc())
        .limit(1)
    ).first()
    if wrote is not None:
        return mine[wrote]
    return fitting[0] if is_known else None
