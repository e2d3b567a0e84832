"""Rule: what comes too late is not sent at all."""

from datetime import datetime

from app.domain.compliance.decision import ALLOW, Decision, Refuse, Rule
from app.domain.compliance.facts import Facts, Send

SOURCE = "DESIGN, a message out; SPEC LC-7"


def judge(send: Send, facts: Facts, now: datetime) -> Decision:
    """Refuses from the instant after `expires_at`."""
    if send.expires_at is not None and now > send.expires_at:
        return Refuse("too_late")
    return ALLOW


RULE = Rule(
    name="shelf_life",
    says="A message that was held up past its shelf life is dropped.",
    source=SOURCE,
    reasons={"too_late": "The message was of use until a time that is past."},
    judge=judge,
    default="each message's own",
)
