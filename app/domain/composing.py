"""Composes the text that a phone gets: signature, opt-out wording, the channel's reserved characters."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from app.domain.purpose import Purpose
from app.domain.sms_parts import count
from app.domain.text import clean, simplify


@dataclass(frozen=True, slots=True)
class OptOutWording:
    """How a message says how to opt out, and the word that it promises."""

    wording: str
    word: str


@dataclass(frozen=True, slots=True)
class ChannelStyle:
    """The customs of a kind of channel: `mainland`, `north_america` or `international`."""

    kind: str
    profile: str
    reserves_brackets: bool
    opt_out: Mapping[str, OptOutWording] = field(hash=False)
    """By language."""
    provider_opt_out: OptOutWording
    source: str
    writes: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Characters that the channel refuses, and what is written instead."""
    takes_emoji: bool = True
    refused_hosts: frozenset[str] = frozenset()
    """Hosts whose links the carriers filter, whoever sends them."""


@dataclass(frozen=True, slots=True)
class BrandIdentity:
    """Who the customer thinks is writing: `signature` stands in 【】, `name` before a colon."""

    name: str
    signature: str


@dataclass(frozen=True, slots=True)
class Composed:
    """The text to hand over, counted with whatever the provider adds to it."""

    text: str
    parts: int
    encoding: str
    offered: str | None
    """The word that the text promises to opt out by."""


_BRACKETED = re.compile(r"【([^【】]*)】")
_EMOJI = re.compile(
    " ?[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff][\u200d\ufe0f\u20e3\u2640\u2642\U0001f3fb-\U0001f3ff]*"
)
_WORD = r"[\"'“‘]?([A-Za-z]{1,12})[\"'”’]?"
_OFFER = re.compile(
    r"(?=[退拒取请回发]|\b[RrTtSs])(?:"  # with what an offer begins: it saves half the time
    rf"(?:退订|拒收|取消订阅)[请,，]?\s*(?:请?回复?|发送?)\s*{_WORD}(?![A-Za-z])"
    rf"|(?:请?回复?|发送?)\s*{_WORD}\s*(?:退订|拒收|取消订阅)"
    rf"|(?i:\b(?:reply|text|txt|send)\s+{_WORD}\s+to\s+(?:opt[- ]?out|unsubscribe|stop|end|cancel|quit)\b)"
    r"|(?i:\b(STOP)\s+to\s+(?:opt[- ]?out|unsubscribe|end|cancel|quit|stop)\b))"
)
_ENDS = " \t\n,，;；、"


def offered_in(text: str) -> str | None:
    """The word that a text promises to opt out by; None if it promises none."""
    return next(iter(offers_in(text)), None)


def offers_in(text: str) -> list[str]:
    """Every word that a text promises to opt out by, in its order."""
    return [next(word for word in match.groups() if word).upper() for match in _OFFER.finditer(text)]


def compose(
    text: str,
    purpose: Purpose,
    style: ChannelStyle,
    brand: BrandIdentity,
    language: str,
    *,
    provider_adds_signature: bool = False,
    provider_adds_opt_out: bool = False,
) -> Composed:
    """The text as the channel's phones get it. Marketing carries signature and opt-out wording exactly once.

    What the provider adds itself is left out of the text and counted all the same. Source: SPEC CT-1, CT-2.
    """
    *_, (_, body) = bodies(text, style, brand)
    signature = _signature(brand, style, language)
    own_signature = "" if provider_adds_signature else signature
    if purpose is not Purpose.MARKETING:
        counted = count(signature + body, style.profile)
        return Composed(own_signature + body, counted.parts, counted.encoding, offered_in(body))
    body = _without_offers(body)
    wording = style.provider_opt_out if provider_adds_opt_out else style.opt_out[language]
    whole = _joined(body, wording.wording)
    counted = count(signature + whole, style.profile)
    sent = own_signature + (body if provider_adds_opt_out else whole)
    return Composed(sent, counted.parts, counted.encoding, wording.word)


def bodies(text: str, style: ChannelStyle, brand: BrandIdentity) -> Iterator[tuple[str, str]]:
    """The body as it becomes step by step what the channel takes, each with the reason for the step."""
    body = clean(text)
    yield "cleaned", body
    if style.reserves_brackets:
        yield "simplified", (body := simplify(body))
    for refused, written in style.writes.items():
        if refused in body:
            yield "written_otherwise", (body := body.replace(refused, written))
    if not (style.takes_emoji or body.isascii()):
        yield "emoji_left_out", (body := _EMOJI.sub("", body))
    yield "signature_moved", (body := unsigned(body, brand))
    if style.reserves_brackets:
        body = _BRACKETED.sub(r"\1｜", body).replace("【", "").replace("】", "｜")
        yield "brackets_rewritten", body


def _signature(brand: BrandIdentity, style: ChannelStyle, language: str) -> str:
    return f"【{brand.signature}】" if style.reserves_brackets or language == "zh" else f"{brand.name}: "


def unsigned(text: str, brand: BrandIdentity) -> str:
    """The text without the brand's signature before and after it, where its writer has put one there."""
    in_brackets, by_name = _own_signatures(brand)
    return by_name.sub("", in_brackets.sub("", clean(text).strip()))


@lru_cache(maxsize=1024)
def _own_signatures(brand: BrandIdentity) -> tuple[re.Pattern[str], re.Pattern[str]]:
    own, name = re.escape(f"【{brand.signature}】"), re.escape(brand.name)
    return (
        re.compile(rf"^(?:{own}\s*)+|(?:\s*{own})+$"),
        re.compile(rf"^(?:{name}\s*[:：]\s*|\[{name}\]\s*)", re.IGNORECASE),
    )


def _without_offers(body: str) -> str:
    while match := _OFFER.search(body):
        before, after = body[: match.start()].rstrip(_ENDS), body[match.end() :].lstrip(" .。!！" + _ENDS)
        body = f"{before} {after}".strip() if before and after else before + after
    return body


def _joined(body: str, wording: str) -> str:
    is_closed = bool(body) and not (body[-1].isalnum() or body[-1].isascii())
    return f"{body}{wording}" if is_closed or not body else f"{body} {wording}"
