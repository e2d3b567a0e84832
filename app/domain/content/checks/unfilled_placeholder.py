"""Check: nobody gets a text with a hole in it."""

import re
from collections.abc import Iterable

from app.domain.content.check import Check, Finding, Seen, Severity

SOURCE = "SPEC CT-3"
_HOLE = re.compile(
    r"\{\{.*?\}\}|\{%.*?%\}|\$\{\w*\}|\{[A-Za-z_]\w{0,30}\}|【变量】"
    r"|#(?:name|phone|code|link|order|date|time|姓名|昵称|变量)#|\[(?:name|姓名|昵称|变量|code|link)\]",
    re.DOTALL | re.IGNORECASE,
)
_SIGNS = ("{", "#", "[", "【变量】")
"""Without one of these there is no hole: asking for them costs a tenth of looking for holes."""
_WORDS = ("null", "undefined", "NaN", "None")
_NOTHING = re.compile(
    r"(?<![A-Za-z0-9_])(?:null|undefined|NaN)(?![A-Za-z0-9_])"
    r"|(?<![A-Za-z0-9_ ])None(?![A-Za-z0-9_ ,])|\b(?:Hi|Hello|Dear) None\b"
)
"""What programs write where they know nothing; people write it too, so only advertising is stopped for it."""


def find(seen: Seen) -> Iterable[Finding]:
    """Placeholders of our own and of other systems, and the words that programs write for nothing."""
    text = seen.copy.text
    if any(sign in text for sign in _SIGNS):
        for hole in _HOLE.finditer(text):
            yield Finding("unfilled_placeholder", Severity.BLOCK, hole[0][:40])
    for word in _NOTHING.finditer(text) if any(word in text for word in _WORDS) else ():
        yield Finding("unfilled_placeholder", seen.at_most(Severity.BLOCK), word[0])


CHECK = Check(
    name="unfilled_placeholder",
    says="Every placeholder is filled.",
    source=SOURCE,
    reasons={"unfilled_placeholder": "A placeholder of the text has not been filled."},
    find=find,
)
