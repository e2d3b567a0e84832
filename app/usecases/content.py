"""Judges what a message says: its text as composed for its channel, by its brand's own terms."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from app.domain.compiling import Change, changes
from app.domain.composing import Composed
from app.domain.content.check import UNBOUND, Bound, Copy, Finding
from app.domain.content.checks.unknown_link import host_of, links_in
from app.domain.flows.facts import zone_named
from app.domain.offers import Offer
from app.domain.purpose import Purpose
from app.domain.text import fold, language_of
from app.usecases import messages
from app.usecases.directory import BrandView, ChannelView
from app.usecases.parts import Parts


class ContentRefused(Exception):
    """There is no brand or channel of this name; the text says so."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A text that somebody wants to send."""

    text: str
    purpose: Purpose
    offers: tuple[str, ...] = ()
    """Names of those that it speaks of."""


@dataclass(frozen=True, slots=True)
class Terms:
    """A brand's own terms: where its links may lead, its offers by name, and its local time."""

    hosts: frozenset[str]
    offers: Mapping[str, Offer]
    now: datetime


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft as phones would get it, and what the checks say."""

    channel: str
    composed: Composed
    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]


def checked(
    parts: Parts, drafts: Sequence[Draft], brand_code: str | None, channel_name: str | None
) -> list[Checked]:
    """Drafts as the channel's phones would get them, judged as the gate would. Raises ContentRefused."""
    directory = parts.directory.current(parts.now())
    brands = sorted(directory.brands.values(), key=lambda one: one.code)
    brand = next((one for one in brands if brand_code in (None, one.code)), None)
    if brand is None:
        raise ContentRefused(f"there is no brand {brand_code}: see `huixin brands list`")
    own = {sender.channel_id for sender in directory.senders.values() if sender.brand_id == brand.id}
    channels = sorted((directory.channels[one] for one in own), key=lambda one: one.name)
    channel = next((one for one in channels if channel_name in (None, one.name)), None)
    if channel is None:
        raise ContentRefused(
            f"{brand.code} has no channel {channel_name or 'yet'}: see `huixin channels list`"
        )
    terms, found = terms_of(parts, brand, directory.offers.get(brand.id, {}), parts.now()), []
    for draft in drafts:
        language = language_of(draft.text) or brand.language
        wording = messages.composed(parts, draft.text, draft.purpose, brand, channel, language)
        told = judged(parts, wording, draft.purpose, brand, channel, language, terms, draft.offers)
        found.append(Checked(channel.name, wording, _changes(parts, draft, wording, brand, channel), told))
    return found


def _changes(
    parts: Parts, draft: Draft, wording: Composed, brand: BrandView, channel: ChannelView
) -> tuple[Change, ...]:
    can = channel.capabilities
    return changes(
        draft.text,
        wording,
        draft.purpose,
        parts.rules.channel_style(can.style.value),
        messages.identity_of(brand),
        provider_adds_signature=can.adds_signature,
        provider_adds_opt_out=can.adds_opt_out_wording,
    )


def judged(
    parts: Parts,
    composed: Composed,
    purpose: Purpose,
    brand: BrandView,
    channel: ChannelView,
    language: str,
    terms: Terms,
    offers: Collection[str] = (),
) -> tuple[Finding, ...]:
    """What the checks find in this very text, what blocks it first. `offers` names those that it speaks of."""
    can = channel.capabilities
    copy = Copy(
        text=composed.text,
        purpose=purpose,
        style=parts.rules.channel_style(can.style.value),
        brand=messages.identity_of(brand),
        language=language,
        parts=composed.parts,
        hosts=terms.hosts,
        hotline=brand.hotline,
        adds_signature=can.adds_signature,
        adds_opt_out=can.adds_opt_out_wording,
        templates_only=can.templates_only,
        offers=Bound({name: terms.offers.get(name) for name in offers}, terms.now) if offers else UNBOUND,
    )
    return parts.rules.judge.findings(copy)


def terms_of(parts: Parts, brand: BrandView, offers: Mapping[str, Offer], now: datetime) -> Terms:
    """By what a text of the brand's is judged at this moment."""
    return Terms(_hosts_of(parts, brand), offers, now.astimezone(zone_named(brand.timezone)))


def _hosts_of(parts: Parts, brand: BrandView) -> frozenset[str]:
    """Where the brand's links may lead: to us, to its `link_hosts`, and to what its facts link to."""
    named = brand.settings.get("link_hosts", [])
    facts = brand.settings.get("facts", {})
    told = [
        str(value) for by_name in facts.values() if isinstance(by_name, dict) for value in by_name.values()
    ]
    linked = {host_of(link) for text in told for link in links_in(fold(text))}
    own = urlsplit(parts.public_url).hostname or ""
    return frozenset({fold(str(host)) for host in named} | linked | {own}) - {""}
