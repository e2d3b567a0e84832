"""Check: who advertises finance says what it risks."""

from collections.abc import Iterable

from app.domain.content.check import Check, Finding, Seen

SOURCE = "Advertising Law Art. 25; SPEC CT-3; data/rules/required_notices.yml"


def find(seen: Seen) -> Iterable[Finding]:
    """A subject counts once, by its first word; any one of its notices will do."""
    if not seen.is_marketing:
        return
    told = set()
    for hit in seen.lists.notices.find_in(seen.compared):
        subject = hit.row
        if subject.category in told:
            continue
        told.add(subject.category)
        if not any(seen.lists.notices.compared(notice) in seen.compared for notice in subject.notices):
            yield Finding("notice_missing", subject.severity, hit.word, subject.category, subject.notices[0])


CHECK = Check(
    name="required_notice",
    says="Marketing of finance carries a risk notice.",
    source=SOURCE,
    reasons={"notice_missing": "The subject of the text needs a notice that is not in it (投资有风险)."},
    find=find,
)
