"""Check: the text says who writes, exactly once."""

from collections.abc import Iterable

from app.domain.content.check import Check, Finding, Seen, Severity
from app.domain.purpose import Purpose

SOURCE = "SPEC CT-2, CT-3; Advertising Law Art. 44; MIIT Order 31"


def find(seen: Seen) -> Iterable[Finding]:
    """In Chinese every text is signed; elsewhere marketing is."""
    copy = seen.copy
    if copy.purpose is Purpose.STAFF_ALERT or copy.adds_signature:
        return
    bracketed = f"【{copy.brand.signature}】"
    count = copy.text.count(bracketed)
    is_named = copy.text.casefold().startswith(copy.brand.name.casefold())
    if count > 1:
        yield Finding("signed_twice", Severity.BLOCK, bracketed)
    elif not count and not is_named and (copy.language == "zh" or seen.is_marketing):
        yield Finding("unsigned", Severity.BLOCK, mend=bracketed)


CHECK = Check(
    name="signature",
    says="Every text in Chinese, and all marketing, is signed exactly once.",
    source=SOURCE,
    reasons={
        "unsigned": "The text does not say which brand it is from.",
        "signed_twice": "The text carries its signature more than once.",
    },
    find=find,
)
