"""Check: marketing says how to opt out, exactly once."""

from collections.abc import Iterable

from app.domain.composing import offers_in
from app.domain.content.check import Check, Finding, Seen, Severity

SOURCE = "SPEC CT-2: fixed; MIIT Order 31 Art. 20"


def find(seen: Seen) -> Iterable[Finding]:
    """Codes, replies and notices are exempt."""
    copy = seen.copy
    if not seen.is_marketing or copy.adds_opt_out:
        return
    offers = offers_in(copy.text)
    if not offers:
        yield Finding(
            "opt_out_wording_missing", Severity.BLOCK, mend=copy.style.opt_out[copy.language].wording
        )
    elif len(offers) > 1:
        yield Finding("opt_out_wording_twice", Severity.BLOCK, "、".join(offers))


CHECK = Check(
    name="opt_out_wording",
    says="Marketing carries the opt-out wording exactly once.",
    source=SOURCE,
    reasons={
        "opt_out_wording_missing": "The text does not say how to opt out.",
        "opt_out_wording_twice": "The text says more than once how to opt out.",
    },
    find=find,
)
