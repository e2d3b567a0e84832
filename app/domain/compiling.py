"""Tells what composing a message for its channel has changed: each change with its reason."""

from dataclasses import dataclass

from app.domain.composing import BrandIdentity, ChannelStyle, Composed, bodies, offers_in
from app.domain.purpose import Purpose
from app.domain.sms_parts import count
from app.domain.text import has_chinese

CODES = frozenset(
    {
        "cleaned",
        "simplified",
        "written_otherwise",
        "emoji_left_out",
        "signature_moved",
        "brackets_rewritten",
        "signature_by_provider",
        "signature_added",
        "opt_out_moved",
        "opt_out_by_provider",
        "opt_out_added",
        "wide_encoding",
    }
)


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between what was written and what is sent. `quote` is what it was about."""

    code: str
    quote: str = ""


def changes(
    text: str,
    composed: Composed,
    purpose: Purpose,
    style: ChannelStyle,
    brand: BrandIdentity,
    *,
    provider_adds_signature: bool = False,
    provider_adds_opt_out: bool = False,
) -> tuple[Change, ...]:
    """What `compose` has made of the text on this channel, in order. Source: SPEC CT-6."""
    found, before = [], text
    for code, body in bodies(text, style, brand):
        if body != before.strip() and body != before:
            found.append(Change(code, _lost(before, body)))
        before = body
    if provider_adds_signature:
        found.append(Change("signature_by_provider"))
    elif not any(change.code == "signature_moved" for change in found):
        found.append(Change("signature_added"))
    if purpose is Purpose.MARKETING:
        found.append(_opt_out(before, composed, provider_adds_opt_out))
    is_wide = style.profile == "gsm" and composed.encoding == "ucs2" and not has_chinese(composed.text)
    if is_wide:
        wide = (sign for sign in composed.text if count(sign, style.profile).encoding == "ucs2")
        found.append(Change("wide_encoding", "".join(dict.fromkeys(wide))))
    return tuple(dict.fromkeys(found))


def _opt_out(body: str, composed: Composed, by_provider: bool) -> Change:
    if by_provider:
        return Change("opt_out_by_provider", composed.offered or "")
    return Change("opt_out_moved" if offers_in(body) else "opt_out_added", composed.offered or "")


def _lost(before: str, after: str) -> str:
    """The characters that are no longer there."""
    return "".join(dict.fromkeys(sign for sign in before if sign not in after and not sign.isspace()))
