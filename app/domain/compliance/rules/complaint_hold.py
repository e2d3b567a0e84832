"""Rule: nobody who is complaining gets marketing."""

from datetime import datetime, timedelta

from app.domain.compliance.decision import ALLOW, Decision, Defer, Rule
from app.domain.compliance.facts import Facts, Send
from app.domain.purpose import Purpose

SOURCE = "SPEC LC-1, CO-5"
LOOK_AGAIN = timedelta(hours=1)


def judge(send: Send, facts: Facts, now: datetime) -> Decision:
    """Waits while a complaint is open, and after it until the hold has ended."""
    if send.purpose is not Purpose.MARKETING:
        return ALLOW
    until = facts.complaint_hold_until
    if until is not None and until > now:
        return Defer(until, "complaint_hold")
    if facts.has_open_complaint:
        return Defer(now + LOOK_AGAIN, "complaint_open")
    return ALLOW


RULE = Rule(
    name="complaint_hold",
    says="Marketing waits while a complaint is open, and until its follow-up has ended well.",
    source=SOURCE,
    reasons={
        "complaint_open": "The customer has an open complaint.",
        "complaint_hold": "The customer's complaint is resolved; the hold after it has not ended.",
    },
    judge=judge,
    default="judged anew every hour; the hold ends 14 days after a follow-up without an answer",
)
