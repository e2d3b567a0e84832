"""Judges what a message says: its text as composed for its channel, by its brand's own terms."""

from urllib.parse import urlsplit

from app.domain.composing import BrandIdentity, Composed
from app.domain.content.check import Copy, Finding
from app.domain.content.checking import findings
from app.domain.content.checks.unknown_link import host_of, links_in
from app.domain.purpose import Purpose
from app.domain.text import fold
from app.usecases.directory import BrandView, ChannelView
from app.usecases.parts import Parts


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
