"""Rule: nobody gets more marketing than they bear."""

from datetime import datetime, timedelta

from app.domain.compliance.decision import ALLOW, Decision, Refuse, Rule
from app.domain.compliance.facts import Facts, Send
from app.domain.purpose import Purpose

SOURCE = "SPEC CA-4"
LONGEST = timedelta(days=90)
EVERYBODY = (3, timedelta(days=7))
BY_AUDIENCE = {
    "new": (4, timedelta(days=30)),
    "active": (2, timedelta(days=30)),
    "dormant": (1, LONGEST),
}


def judge(send: Send, facts: Facts, now: datetime) -> Decision:
    """Counts from hand-over, over rolling days. The customer's lock makes the count exact."""
    if send.purpose is not Purpose.MARKETING:
        return ALLOW
    for most, span in (EVERYBODY, BY_AUDIENCE.get(facts.audience, BY_AUDIENCE["active"])):
        if sum(1 for at in facts.marketing_handed if now - at < span) >= most:
            return Refuse("frequency_cap")
    return ALLOW


RULE = Rule(
    name="frequency_cap",
    says="A brand's marketing reaches a person only so often, across campaigns and journeys.",
    source=SOURCE,
    reasons={
        "frequency_cap": "The customer has had as much of the brand's marketing as may be sent to them."
    },
    judge=judge,
    default="3 in 7 days; new customers 4 in 30, active 2 in 30, dormant 1 in 90",
)
