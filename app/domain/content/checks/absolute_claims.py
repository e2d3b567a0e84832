"""Check: no claim to be the best, the first or the only one."""

from collections.abc import Iterable

from app.domain.content.check import Check, Finding, Seen

SOURCE = "Advertising Law Art. 9(3); SAMR guideline on absolute terms (2023); SPEC CT-3; data/rules/absolute_claims.yml"


def find(seen: Seen) -> Iterable[Finding]:
    """Only advertising makes claims: an answer or a notice about an order may say 最后一步."""
    if seen.is_marketing:
        for hit in seen.lists.claims.find_in(seen.compared):
            yield Finding("absolute_claim", hit.row.severity, hit.word, hit.row.category)


CHECK = Check(
    name="absolute_claims",
    says="Marketing makes no absolute claim; 最近 and 最后一天 are none.",
    source=SOURCE,
    reasons={
        "absolute_claim": "The text claims to be the best, the first or the only one (Advertising Law Art. 9)."
    },
    find=find,
)
