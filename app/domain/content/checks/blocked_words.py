"""Check: words that carriers and the law keep out of texts."""

from collections.abc import Iterable

from app.domain.content.check import Check, Finding, Seen

SOURCE = "SPEC CT-3; carriers' content rules (Tencent 382/39023, Huawei iotcom_03_1002); CTIA SHAFT"


def find(seen: Seen) -> Iterable[Finding]:
    """Every listed word. Advertising is stopped for one; an answer (我们不代开发票) is not."""
    for hit in seen.lists.blocked.find_in(seen.compared):
        yield Finding("blocked_word", seen.at_most(hit.row.severity), hit.word, hit.row.category)


CHECK = Check(
    name="blocked_words",
    says="No word of the blocked list, whatever its disguise.",
    source=SOURCE,
    reasons={"blocked_word": "The text holds a word that carriers or the law keep out of texts."},
    find=find,
)
