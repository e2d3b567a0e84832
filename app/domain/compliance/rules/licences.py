"""Rule: marketing needs the licences and filings that its channel asks for, and they expire."""

from datetime import datetime

from app.domain.compliance.decision import ALLOW, Decision, Refuse, Rule
from app.domain.compliance.facts import Facts, Send
from app.domain.purpose import Purpose

SOURCE = "SPEC CP-3; Telecom Regulations; MIIT Order 31"


def judge(send: Send, facts: Facts, now: datetime) -> Decision:
    """A licence counts until the instant it ends. An empty table has none of what is asked for."""
    if send.purpose is not Purpose.MARKETING:
        return ALLOW
    held = {licence.kind for licence in facts.licences}
    valid = {licence.kind for licence in facts.licences if licence.until is None or now < licence.until}
    if facts.required_licences - held:
        return Refuse("licence_missing")
    return Refuse("licence_expired") if facts.required_licences - valid else ALLOW


RULE = Rule(
    name="licences",
    says="Marketing needs the licences and filings of its channel, unexpired.",
    source=SOURCE,
    reasons={
        "licence_missing": "A licence or filing that the channel needs is not on record: huixin licences add.",
        "licence_expired": "A licence or filing that the channel needs has expired.",
    },
    judge=judge,
    default="mainland: value-added telecom licence, channel filing, signature filing",
)
