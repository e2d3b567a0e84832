"""Check: no text is longer than carriers take, and its writer knows what a long one costs."""

from collections.abc import Iterable

from app.domain.content.check import Check, Finding, Seen, Severity

SOURCE = "SPEC CT-1; help.aliyun.com/document_detail/44335 (500 characters)"
MOST_CHARACTERS = 500
ADVISED_CHARACTERS = 65


def find(seen: Seen) -> Iterable[Finding]:
    """Carriers of the mainland take 500 characters; over 65 a text costs more than it need and is cut in lists."""
    copy = seen.copy
    length = len(copy.text)
    if copy.style.profile == "mainland" and length > MOST_CHARACTERS:
        yield Finding("too_long", Severity.BLOCK, str(length))
    elif seen.is_marketing and copy.parts > 1:
        yield Finding("several_parts", Severity.WARN, str(copy.parts))
    elif seen.is_marketing and copy.style.profile == "mainland" and length > ADVISED_CHARACTERS:
        yield Finding("long", Severity.WARN, str(length))


CHECK = Check(
    name="length",
    says="Texts fit what carriers take; marketing of over 65 characters or in parts is pointed out.",
    source=SOURCE,
    reasons={
        "too_long": "The text is longer than the carriers take.",
        "several_parts": "The text is sent, and paid, in several parts.",
        "long": "The text has over 65 characters: phones cut it in their lists.",
    },
    find=find,
)
