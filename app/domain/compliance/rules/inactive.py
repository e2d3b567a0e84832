"""Rule: campaigns leave alone who has not been heard of for years."""

from datetime import datetime, timedelta

from app.domain.compliance.decision import ALLOW, Decision, Refuse, Rule
from app.domain.compliance.facts import Facts, Send
from app.domain.purpose import CauseKind, Purpose

SOURCE = "SPEC CP-2, SE-2"
AFTER = timedelta(days=365)


def judge(send: Send, facts: Facts, now: datetime) -> Decision:
    """Counts from the last interaction, else from the consent; journeys that win people back are no campaigns."""
    if send.purpose is not Purpose.MARKETING or send.cause.kind != CauseKind.CAMPAIGN:
        return ALLOW
    heard = [
        at for at in (facts.last_interaction_at, facts.last_inbound_at, facts.consent_at) if at is not None
    ]
    return Refuse("inactive") if heard and now - max(heard) >= AFTER else ALLOW


RULE = Rule(
    name="inactive",
    says="Campaigns leave out who has not replied, clicked, redeemed or bought for a year.",
    source=SOURCE,
    reasons={"inactive": "The customer has not been heard of for a year."},
    judge=judge,
    default="365 days",
)
