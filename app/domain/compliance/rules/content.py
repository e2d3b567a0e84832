"""Rule: a text that its content checks object to is not sent."""

from datetime import datetime

from app.domain.compliance.decision import ALLOW, Decision, Refuse, Rule
from app.domain.compliance.facts import Facts, Send
from app.domain.content.checking import checks

SOURCE = "SPEC CT-3: checked before saving and again before sending; app/domain/content/checks"


def judge(send: Send, facts: Facts, now: datetime) -> Decision:
    """The first objection is the reason; the checks have been asked of the very text that would be handed over."""
    return Refuse(send.objections[0]) if send.objections else ALLOW


RULE = Rule(
    name="content",
    says="What a text says passes every check that blocks.",
    source=SOURCE,
    reasons={code: meaning for check in checks() for code, meaning in check.reasons.items()},
    judge=judge,
    default="the lists in data/rules",
)
