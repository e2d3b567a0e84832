"""Texts that staff keep ready: how they are called, and what they may be filled with."""

import re
from dataclasses import dataclass

from app.domain.flows.facts import Facts
from app.domain.flows.rendering import TemplateProblem, Unfilled, placeholders, render
from app.domain.flows.state import RunState
from app.domain.flows.vocabulary import BRAND, ORDER

NAME = re.compile(r"[\w-]{1,30}")
"""How a text may be called, as it is picked by typing `/name`: letters of any script, digits, _ and -."""
LANGUAGES = ("zh", "en")
LONGEST = 500
COMPLAINT = frozenset({"number", "category"})
KNOWN = {"customer": None, "brand": BRAND, "order": ORDER, "complaint": COMPLAINT}
"""What a placeholder may name; None where any attribute will do."""
_NO_RUN = RunState.begin("", 0)


class CannedRefused(Exception):
    """The text cannot be kept: `field` is the one to mend, `reason` a code, `about` what it is about."""

    def __init__(self, field: str, reason: str, about: str = "") -> None:
        super().__init__(f"{field}: {reason} {about}".strip())
        self.field, self.reason, self.about = field, reason, about


@dataclass(frozen=True, slots=True)
class Canned:
    """A text that is kept ready."""

    name: str
    language: str
    text: str


def check(canned: Canned) -> None:
    """Raises CannedRefused for a name that cannot be typed, and for placeholders that nothing would ever fill."""
    if not NAME.fullmatch(canned.name):
        raise CannedRefused("name", "canned_name_wrong")
    if canned.language not in LANGUAGES:
        raise CannedRefused("language", "language_unknown")
    if not canned.text.strip():
        raise CannedRefused("text", "empty")
    if len(canned.text) > LONGEST:
        raise CannedRefused("text", "text_too_long")
    try:
        found = placeholders(canned.text)
    except TemplateProblem as problem:
        raise CannedRefused("text", "placeholder_wrong", str(problem)) from None
    for one in found:
        known = KNOWN.get(one.root, frozenset())
        if known is not None and one.name not in known:
            raise CannedRefused("text", "placeholder_unknown", f"{one.root}.{one.name}")


def filled(canned: Canned, facts: Facts) -> str:
    """The text as it would stand in the box; as it was written where something of it cannot be filled, so that its
    writer sees what is lacking and the checks hold it back."""
    rendered = render(canned.text, _NO_RUN, facts)
    return canned.text if isinstance(rendered, Unfilled) else rendered.text
