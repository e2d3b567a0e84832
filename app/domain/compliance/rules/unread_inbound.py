"""Rule: marketing waits while a text of the customer has not been understood; it may be an opt-out."""

from datetime import datetime, timedelta

from app.domain.compliance.decision import ALLOW, Decision, Defer, Rule
from app.domain.compliance.facts import Facts, Send
from app.domain.purpose import Purpose

SOURCE = "SPEC IN-4, IN-5"
LOOK_AGAIN = timedelta(minutes=1)


def judge(send: Send, facts: Facts, now: datetime) -> Decision:
    """Marketing only; what answers the customer goes."""
    if facts.has_unread_inbound and send.purpose is Purpose.MARKETING:
        return Defer(now + LOOK_AGAIN, "unread_inbound")
    return ALLOW


RULE = Rule(
    name="unread_inbound",
    says="Marketing waits until the customer's last text is understood.",
    source=SOURCE,
    reasons={"unread_inbound": "A text of the customer is stored and not understood yet."},
    judge=judge,
    default="judged anew every minute",
)
