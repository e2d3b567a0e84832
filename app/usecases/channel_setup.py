"""Connects a brand to a provider: checks the settings, keeps them encrypted, and tries the way out with one message."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from pydantic import ValidationError
from sqlalchemy import select

from app.domain.own_hours import MARKETING, OWN_HOURS, HoursRefused, check_within, own_hours, told_hours
from app.domain.purpose import Cause, CauseKind
from app.providers.contract import Capabilities, ChannelSettings
from app.store import brands, channels, customers
from app.store.channels import Channel, Sender
from app.store.outbound.table import QUEUED, Outbound
from app.store.tables import new_id
from app.usecases import audit, messages
from app.usecases.changes import Changes
from app.usecases.directory import ChannelView
from app.usecases.dispatch import dispatch_channel
from app.usecases.parts import Parts
from app.usecases.turn import Reader

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
PURPOSES = ("any", "marketing", "service", "feedback")
OF_SENDERS = {
    "sender": "the number or numbers (a comma list) that the brand writes from",
    "sign_name": "the signature registered with these numbers",
    "purpose": f"what they are for: {', '.join(PURPOSES)}",
}
"""What `--set` takes beside the provider's own settings."""
ROUNDS = 20
"""Messages that are sent before a test of the channel, at most, where they are more urgent."""


class ChannelRefused(Exception):
    """The channel cannot be added; `problems` are all reasons, each with what to do."""

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Added:
    """A new channel: the addresses to enter at the provider, and what is to be known of it."""

    name: str
    senders: tuple[str, ...]
    has_webhook: bool
    inbound_url: str = field(repr=False)
    receipts_url: str = field(repr=False)
    lacks_for_sending: str | None
    """The setting without which it only receives."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of the message of a test."""

    status: str
    reason: str | None
    code: str | None
    provider_id: str | None


def add_channel(
    parts: Parts,
    provider: str,
    name: str,
    brand_code: str,
    given: Mapping[str, str],
    now: datetime,
    actor: str,
) -> Added:
    """Adds a channel of this provider for the brand. Raises ChannelRefused with everything that is wrong."""
    known = parts.directory.providers.get(provider)
    if known is None:
        raise ChannelRefused(f"there is no provider {provider}: {', '.join(parts.directory.providers)}")
    settings = _checked(known.settings, known.capabilities, name, given)
    addresses = _addresses(given.get("sender", ""), has_webhook=known.has_webhook)
    secret = secrets.token_urlsafe(24)
    with parts.store.write() as session:
        brand = brands.by_code(session, brand_code)
        if brand is None:
            raise ChannelRefused(f"there is no brand called {brand_code}: see `huixin brands list`")
        if channels.by_name(session, name) is not None:
            raise ChannelRefused(f"there is a channel called {name} already")
        channel = Channel(
            id=new_id(),
            name=name,
            provider=provider,
            secret=secret,
            settings=settings.to_stored(),
            rate_per_second=settings.rate_per_second,
            created_at=now,
        )
        session.add(channel)
        session.flush()
        session.add_all(_sender(channel.id, brand.id, address, given) for address in addresses)
        audit.note(session, actor, "channel.add", "channel", name, now, provider=provider, brand=brand_code)
    parts.directory.renew()
    base, lacking = f"{parts.public_url}/hooks/{name}/{secret}", settings.lacks_for_sending()
    return Added(name, addresses, known.has_webhook, f"{base}/inbound", f"{base}/receipts", lacking)


def change_hours(parts: Parts, name: str, told: Mapping[str, str], now: datetime, actor: str) -> None:
    """Sets `marketing_hours` and `service_hours` where they are told; an empty text takes one back.

    Raises ChannelRefused and HoursRefused.
    """
    hours = told_hours(told)
    with parts.store.write() as session:
        channel = channels.locked(session, name)
        if channel is None or channel.provider not in parts.directory.providers:
            raise ChannelRefused(f"there is no channel called {name}: see `huixin channels list`")
        known = parts.directory.providers[channel.provider]
        _check_within(known.capabilities, hours)
        kept = {key: value for key, value in channel.settings.items() if key not in hours}
        fresh = {key: value for key, value in hours.items() if value}
        settings, problems = _settings(known.settings, {**kept, **fresh})
        if settings is None:
            raise ChannelRefused(*problems)
        channel.settings = settings.to_stored()
        audit.note(session, actor, "channel.change", "channel", name, now, None, **hours)
    parts.directory.renew()


def _check_within(can: Capabilities, hours: Mapping[str, str]) -> None:
    if can.hours is not None:
        check_within(hours.get(MARKETING, ""), can.hours.marketing)


def _checked(
    schema: type[ChannelSettings], can: Capabilities, name: str, given: Mapping[str, str]
) -> ChannelSettings:
    hours, beyond = _own_hours(given)
    try:
        _check_within(can, hours)
    except HoursRefused as refused:
        beyond.append(f"{MARKETING}: {refused}")
    own = {key: value for key, value in given.items() if key not in OF_SENDERS and key not in OWN_HOURS}
    settings, problems = _settings(schema, {**own, **hours})
    problems += beyond
    if not NAME.fullmatch(name):
        problems.append("the name has small letters, digits and hyphens: it is part of the webhook's address")
    if given.get("purpose", "any") not in PURPOSES:
        problems.append(f"purpose: {OF_SENDERS['purpose']}")
    if problems or settings is None:
        raise ChannelRefused(*problems)
    return settings


def _own_hours(given: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """The hours that are given, and what is wrong with the others."""
    hours, problems = dict[str, str](), list[str]()
    for name in OWN_HOURS:
        try:
            hours |= {name: kept} if (kept := own_hours(name, given.get(name, ""))) else {}
        except HoursRefused as refused:
            problems.append(f"{name}: {refused}")
    return hours, problems


def _sender(channel_id: UUID, brand_id: UUID, address: str, given: Mapping[str, str]) -> Sender:
    return Sender(
        id=new_id(),
        channel_id=channel_id,
        brand_id=brand_id,
        address=address,
        sign_name=given.get("sign_name"),
        purpose=given.get("purpose", "any"),
    )


def _settings(
    schema: type[ChannelSettings], given: Mapping[str, str]
) -> tuple[ChannelSettings | None, list[str]]:
    try:
        return schema.model_validate(dict(given)), []
    except ValidationError as error:
        known = ", ".join([*schema.model_fields, *OF_SENDERS])
        problems = []
        for found in error.errors(include_url=False, include_input=False, include_context=False):
            name = ".".join(map(str, found["loc"])) or "settings"
            words = str(found["msg"]).removeprefix("Value error, ")
            is_unknown = found["type"] == "extra_forbidden"
            problems.append(f"{name}: {f'is no setting; known: {known}' if is_unknown else words}")
        return None, problems


def _addresses(given: str, *, has_webhook: bool) -> tuple[str, ...]:
    """The numbers in a comma list; a channel without one gets one that only routing sees."""
    listed = tuple(dict.fromkeys(address.strip()[:40] for address in given.split(",") if address.strip()))
    made = "" if has_webhook else f"1069{secrets.randbelow(10**8):08d}"
    return listed or (made,)


def send_test(parts: Parts, channel: ChannelView, e164: str, text: str, now: datetime) -> UUID:
    """Queues one message through this channel and hands it over; it goes by the gate, as any service message."""
    if not channel.senders:
        raise ChannelRefused(f"channel {channel.name} has no sender")
    directory, changes, sender = parts.directory.current(now), Changes(), channel.senders[0]
    with parts.store.write() as session:
        owner = customers.lock_owners(session, [e164], now)[e164]
        customer_id, locked = owner.id, {owner.id: owner}
        book = Reader(session, directory, changes, now).turns({(customer_id, sender.id)}, locked)
        turn = book.turn(customer_id, sender.id, uuid4().hex)
        outbound_id = messages.queue(parts, turn, text, Cause(CauseKind.CHANNEL_TEST, now))
        changes.flush(session)
    for _ in range(ROUNDS):  # what is more urgent goes first
        if not dispatch_channel(parts, channel, None).claimed or fate(parts, outbound_id).status != QUEUED:
            break
    return outbound_id


def fate(parts: Parts, outbound_id: UUID) -> Tried:
    """How far the message has come."""
    with parts.store.read() as session:
        row = session.execute(
            select(Outbound.status, Outbound.reason, Outbound.code, Outbound.provider_id).where(
                Outbound.id == outbound_id
            )
        ).one()
    return Tried(row.status, row.reason, row.code, row.provider_id)
