"""Puts a message into the outbox: its purpose derived, its wording composed for the channel, its parts counted."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.domain.composing import BrandIdentity, Composed, compose, unsigned
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
ASKS_WHEN = (CauseKind.STAFF_REPLY, CauseKind.OPT_IN)
"""Where it counts when the customer last wrote; what answers a text has that text's moment as its own."""
OF_USE = timedelta(hours=48)
"""How long after the moment that it is about a flow's text is of use, where the flow does not say."""


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
    awaits_answer: bool = False
    """Whether staff ask the customer for something that the complaint waits for."""
    offers: tuple[str, ...] = ()
    """Names of the offers that the text speaks of."""
    uses: tuple[str, ...] = ()
    """What about the person the text was worded with."""


NOWHERE = Origin()


def identity_of(brand: BrandView) -> BrandIdentity:
    """Who the customer thinks is writing."""
    return BrandIdentity(name=brand.signature, signature=brand.signature)


def composed(
    parts: Parts, text: str, purpose: Purpose, brand: BrandView, channel: ChannelView, language: str
) -> Composed:
    """The text as this channel's phones get it, by what the brand and the channel say at this moment."""
    can = channel.capabilities
    return compose(
        text,
        purpose,
        parts.rules.channel_style(can.style.value),
        identity_of(brand),
        language,
        provider_adds_signature=can.adds_signature,
        provider_adds_opt_out=can.adds_opt_out_wording,
    )


def purpose_of(parts: Parts, turn: Turn, text: str, cause: Cause, *, names_offer: bool = False) -> Purpose:
    """What a text to the customer of this turn is for, as things stand."""
    rules, last = parts.rules, turn.wrote_at() if cause.kind in ASKS_WHEN else cause.at
    told = (cause, text, last, turn.now, rules.promotional, rules.transactional)
    return derive_purpose(*told, names_offer=names_offer)[0]


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
    meant_at: datetime | None = None,
) -> UUID:
    """Queues one message, in the customer's language unless told; kept unsigned, the gate signs it; returns its id."""
    now, language = turn.now, language or turn.language
    purpose = purpose_of(parts, turn, text, cause, names_offer=bool(origin.offers))
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
        "body": unsigned(text, identity_of(turn.brand)),
        **asdict(composed(parts, text, purpose, turn.brand, turn.channel, language)),
        "language": language,
        "status": QUEUED,
        "due_at": due_at or now,
        "expires_at": expires_at or _of_use_until(purpose, due_at or now, meant_at or now),
        "trace_id": turn.trace_id,
        "created_at": now,
    }
    turn.changes.outbounds.append(row)
    turn.replies += cause.kind == CauseKind.INBOUND
    return row["id"]  # type: ignore[no-any-return]


def _of_use_until(purpose: Purpose, due_at: datetime, meant_at: datetime) -> datetime:
    """`meant_at` is when its flow was to send it: what it says of an event of weeks ago is too late from the first."""
    return min(due_at + SHELF_LIFE[purpose], meant_at + OF_USE)


def status_callback(parts: Parts, channel: ChannelView) -> str | None:
    """Where the provider is to report what became of a message; None where it has no webhook."""
    if not channel.provider.has_webhook:
        return None
    return f"{parts.public_url}/hooks/{channel.name}/{channel.secret}/receipts"


def say(
    parts: Parts,
    turn: Turn,
    wording: str,
    cause: Cause,
    origin: Origin,
    language: str | None = None,
    due_at: datetime | None = None,
) -> UUID:
    """Queues one of the system's own texts, in the customer's language unless another is given."""
    text = standing(parts, turn, wording, language or turn.language)
    return queue(parts, turn, text, cause, origin, due_at=due_at, language=language)


def standing(parts: Parts, turn: Turn, wording: str, language: str) -> str:
    """One of the system's own texts, in the brand's words where it has any."""
    brand = turn.brand
    return parts.wording.say(wording, language, brand.name, brand.hotline, brand.settings.get("wording"))
