"""Judges what a message says: its text as composed for its channel, by its brand's own terms."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.domain.composing import BrandIdentity, Composed
from app.domain.content.check import Copy, Finding
from app.domain.content.checking import findings
from app.domain.content.checks.unknown_link import host_of, links_in
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


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft as phones would get it, and what the checks say."""

    composed: Composed
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
    hosts, found = hosts_of(parts, brand), []
    for draft in drafts:
        language = language_of(draft.text) or brand.language
        wording = messages.composed(parts, draft.text, draft.purpose, brand, channel, language)
        told = judged(parts, wording, draft.purpose, brand, channel, language, hosts)
        found.append(Checked(wording, told))
    return found


def judged(
    parts: Parts,
    composed: Composed,
    purpose: Purpose,
    brand: BrandView,
    channel: ChannelView,
    language: str,
    hosts: frozenset[str],
) -> tuple[Finding, ...]:
    """What the checks find in this very text, what blocks it first. `hosts` are those of `hosts_of`."""
    can = channel.capabilities
    copy = Copy(
        text=composed.text,
        purpose=purpose,
        style=parts.rules.channel_style(can.style.value),
        brand=BrandIdentity(name=brand.signature, signature=brand.signature),
        language=language,
        parts=composed.parts,
        hosts=hosts,
        hotline=brand.hotline,
        adds_signature=can.adds_signature,
        adds_opt_out=can.adds_opt_out_wording,
    )
    return findings(copy, parts.rules.lists, parts.rules.checks)


def hosts_of(parts: Parts, brand: BrandView) -> frozenset[str]:
    """Where the brand's links may lead: to us, to its `link_hosts`, and to what its facts link to."""
    named = brand.settings.get("link_hosts", [])
    facts = brand.settings.get("facts", {})
    told = [
        str(value) for by_name in facts.values() if isinstance(by_name, dict) for value in by_name.values()
    ]
    linked = {host_of(link) for text in told for link in links_in(fold(text))}
    own = urlsplit(parts.public_url).hostname or ""
    return frozenset({fold(str(host)) for host in named} | linked | {own}) - {""}
