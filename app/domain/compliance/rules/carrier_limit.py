"""Rule: a number sends to one receiver no more than carriers take from it; the rest waits for room."""

from datetime import datetime

from app.domain.compliance.decision import ALLOW, Decision, Defer, Rule
from app.domain.compliance.facts import Facts, Send

SOURCE = "data/rules/carrier_limits.yml"


def judge(send: Send, facts: Facts, now: datetime) -> Decision:
    """Defers until so many of the earlier ones are old enough that every limit has room."""
    room_at = now
    for limit in facts.carrier_limits:
        counted = sorted(at for at in facts.handed_by_number if now - at < limit.span)
        if len(counted) >= limit.most:
            room_at = max(room_at, counted[-limit.most] + limit.span)
    return ALLOW if room_at == now else Defer(room_at, "carrier_limit")


RULE = Rule(
    name="carrier_limit",
    says="A number sends to one receiver no more in a time than carriers take.",
    source=SOURCE,
    reasons={
        "carrier_limit": "Carriers take no more from this number to this receiver for now; it waits for room."
    },
    judge=judge,
    default="mainland: 50 in 24 hours",
)
