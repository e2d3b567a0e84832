"""Check: a message is identity, value and action."""

import re
from collections.abc import Iterable
from functools import lru_cache

from app.domain.content.check import Check, Finding, Seen, Severity
from app.domain.content.checks.unknown_link import links_in

SOURCE = "SPEC CT-1"
_ACTION = re.compile(
    r"回复|回\s?[A-Za-z0-9\"“]|点击|戳|查看|领取|致电|拨打|预约|报名|下单|到店|进店|出示|凭.{0,8}短信|"
    r"\b(?:reply|text|tap|click|call|visit|show|book|order|use)\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=256)
def _dialled(hotline: str) -> re.Pattern[str] | None:
    """The hotline's digits, whatever stands between them; None where there are none."""
    digits = re.sub(r"\D", "", hotline)
    return re.compile(r"\D*".join(digits)) if digits else None


def find(seen: Seen) -> Iterable[Finding]:
    """The opt-out wording is no call to action."""
    copy = seen.copy
    if not seen.is_marketing:
        return
    text = copy.text
    for wording in copy.style.opt_out.values():
        text = text.replace(wording.wording, "")
    hotline = _dialled(copy.hotline)
    has_hotline = hotline is not None and hotline.search(text) is not None
    if not (has_hotline or _ACTION.search(text) or links_in(text)):
        yield Finding("no_action", Severity.WARN)
    if copy.style.profile == "mainland" and hotline is not None and not has_hotline:
        yield Finding("no_hotline", Severity.WARN, mend=copy.hotline)


CHECK = Check(
    name="three_parts",
    says="A message names who writes (signature, hotline), what it offers, and what to do (a link or a word to reply).",
    source=SOURCE,
    reasons={
        "no_action": "The text does not say what to do: a link, a word to reply, a place to go.",
        "no_hotline": "The text does not name the brand's hotline.",
    },
    find=find,
)
