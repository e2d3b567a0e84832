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
    """One inbound message with its customer and its number; `row` is what is stored of it."""

    parsed: ParsedInbound
    channel: ChannelView
    sender: SenderView
    customer_id: UUID
    trace_id: str
    row: dict[str, Any] = field(default_factory=dict)


def sender_of(
    session: Session, channel: ChannelView, item: ParsedInbound, customer_id: UUID
) -> SenderView | None:
    """Routes by destination and signature; where brands share the number, to the one that wrote last."""
    fitting = [sender for sender in channel.senders if sender.address == item.to_address]
    fitting = fitting or [s for s in channel.senders if s.address and item.to_address.endswith(s.address)]
    fitting = fitting or list(channel.senders)
    signed = [sender for sender in fitting if item.sign_name and sender.sign_name == item.sign_name]
    fitting = signed or fitting
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
    return mine[wrote] if wrote else fitting[0]
