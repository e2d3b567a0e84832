"""Puts a message into the outbox: its purpose derived, its wording composed for the channel, its parts counted."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.domain.composing import BrandIdentity, Composed, compose
from app.domain.purpose import Cause, CauseKind, Purpose, derive_purpose
from app.store.outbound.table import PRIORITY, QUEUED
from app.store.tables import new_id
from app.usecases.directory import BrandView, ChannelView
from app.usecases.parts import Parts
from app.usecases.turn import Turn

SHELF_LIFE = {
    Purpose.REPLY: timedelta(hours=24),
    Purpose.SERVICE: timedelta(hours=48),
    Purpose.MARKETING: timedelta(minutes=30),
    Purpose.OPT_OUT_CONFIRMATION: timedelta(hours=24),
    Purpose.OPT_IN_CONFIRMATION: timedelta(hours=24),
    Purpose.STAFF_ALERT: timedelta(hours=24),
}
"""How long a message may wait before it is too late to send, where its flow does not say."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an outbound message comes from, beside its cause."""

    inbound_id: UUID | None = None
    run_id: UUID | None = None
    step: str | None = None
    complaint_id: UUID | None = None
    staff_id: UUID | None = None
    event_id: UUID | None = None
    asks_question: bool = False
    answers_run: bool = False
    is_follow_up: bool = False


NOWHERE = Origin()


def composed(
    parts: Parts, text: str, purpose: Purpose, brand: BrandView, channel: ChannelView, language: str
) -> Composed:
    """The text as this channel's phones get it."""
    can = channel.capabilities
    identity = BrandIdentity(name=brand.signature, signature=brand.signature)
    return compose(
        text,
        purpose,
        parts.rules.channel_style(can.style.value),
        identity,
        language,
        provider_adds_signature=can.adds_signature,
        provider_adds_opt_out=can.adds_opt_out_wording,
    )


def wording_of(parts: Parts, row: Any, purpose: Purpose, brand: BrandView, channel: ChannelView) -> Composed:
    """The wording of a queued message: as it was composed, or anew where its purpose has changed meanwhile."""
    if purpose == row.purpose:
        return Composed(row.text, row.parts, row.encoding, row.offered)
    return composed(parts, row.body, purpose, brand, channel, row.language)


def queue(
    parts: Parts,
    turn: Turn,
    text: str,
    cause: Cause,
    origin: Origin = NOWHERE,
    expires_at: datetime | None = None,
    due_at: datetime | None = None,
    outbound_id: UUID | None = None,
    language: str | None = None,
) -> UUID:
    """Queues one message to the customer of this turn, in their language unless it is told; returns its id."""
    now, language = turn.now, language or turn.language
    purpose, _ = derive_purpose(
        cause, text, turn.customer.last_inbound_at, now, parts.rules.promotional, parts.rules.transactional
    )
    row: dict[str, Any] = {
        "id": outbound_id or new_id(),
        "brand_id": turn.brand.id,
        "channel_id": turn.channel.id,
        "sender_id": turn.sender.id,
        "customer_id": turn.customer.id,
        **asdict(origin),
        "cause": cause.kind,
        "cause_type": cause.event_type,
        "cause_at": cause.at,
        "purpose": purpose.value,
        "priority": PRIORITY[purpose.value],
        "body": text,
        **asdict(composed(parts, text, purpose, turn.brand, turn.channel, language)),
        "language": language,
        "status": QUEUED,
        "due_at": due_at or now,
        "expires_at": expires_at or (due_at or now) + SHELF_LIFE[purpose],
        "trace_id": turn.trace_id,
        "created_at": now,
    }
    turn.changes.outbounds.append(row)
    turn.replies += cause.kind == CauseKind.INBOUND
    return row["id"]  # type: ignore[no-any-return]


def status_callback(parts: Parts, channel: ChannelView) -> str | None:
    """Where the provider is to report what became of a message; None where it has no webhook."""
    if not channel.provider.has_webhook:
        return None
    return f"{parts.public_url}/hooks/{channel.name}/{channel.secret}/receipts"


def say(
    parts: Parts, turn: Turn, wording: str, cause: Cause, origin: Origin, language: str | None = None
) -> UUID:
    """Queues one of the system's own texts, in the customer's language unless another is given."""
    text = parts.wording.say(
        wording,
        language or turn.language,
        turn.brand.name,
        turn.brand.hotline,
        turn.brand.settings.get("wording"),
    )
    return queue(parts, turn, text, cause, origin, language=language)
