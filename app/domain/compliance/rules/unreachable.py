"""Rule: marketing leaves a phone alone for a day that was off or out of reach the last time."""

from datetime import datetime, timedelta

from app.domain.compliance.decision import ALLOW, Decision, Defer, Rule
from app.domain.compliance.facts import Facts, Send
from app.domain.purpose import Purpose

SOURCE = "SPEC SE-3; carrier code tables, temporary codes"
COOLS_OFF = timedelta(hours=24)


def judge(send: Send, facts: Facts, now: datetime) -> Decision:
    """Waits a day after the last time; what the customer has asked for does not wait."""
    missed_at = facts.number_status_at
    if send.purpose is not Purpose.MARKETING or facts.number_status != "unreachable" or missed_at is None:
        return ALLOW
    until = missed_at + COOLS_OFF
    return Defer(until, "unreachable_number") if until > now else ALLOW


RULE = Rule(
    name="unreachable",
    says="Marketing waits a day after a message that found the phone off or out of reach; five such days in a row, "
    "within 30, suspend the number.",
    source=SOURCE,
    reasons={"unreachable_number": "The phone was off or out of reach less than a day ago."},
    judge=judge,
    default="24 hours",
)
