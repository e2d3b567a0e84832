"""Rule: marketing goes only to who has agreed to it."""

from datetime import datetime, timedelta

from app.domain.compliance.decision import ALLOW, Decision, Defer, Refuse, Rule
from app.domain.compliance.facts import Facts, Send
from app.domain.purpose import Purpose

SOURCE = "SPEC CP-1, IN-4; MIIT Order 31 (revised 2026-05-01); Advertising Law Art. 43"
HELD_FOR = timedelta(hours=1)
"""When a send that waits until it is known what the customer wants is judged anew."""


def judge(send: Send, facts: Facts, now: datetime) -> Decision:
    """Marketing needs `granted`; `held` (they may have opted out) waits until that is known."""
    if send.purpose is not Purpose.MARKETING or facts.consent == "granted":
        return ALLOW
    if facts.consent == "held":
        return Defer(now + HELD_FOR, "consent_held")
    if facts.consent == "pending":
        return Refuse("consent_pending")
    return Refuse("opted_out" if facts.consent == "withdrawn" else "no_consent")


RULE = Rule(
    name="consent",
    says="Marketing needs the customer's consent to this brand.",
    source=SOURCE,
    reasons={
        "no_consent": "There is no consent to marketing of this brand.",
        "consent_pending": "The double opt-in is not confirmed yet.",
        "consent_held": "The customer may have opted out; whether they did is being found out.",
        "opted_out": "The customer has opted out of this brand's marketing.",
    },
    judge=judge,
    default="judged anew every hour while held",
)
