"""Rule: marketing needs the licences and filings that its channel asks for, and they expire."""

from datetime import datetime

from app.domain.compliance.decision import ALLOW, Decision, Refuse, Rule
from app.domain.compliance.facts import Facts, Send
from app.domain.purpose import Purpose

SOURCE = "SPEC CP-3; 电信条例 7; data/rules/licences.yml"


def judge(send: Send, facts: Facts, now: datetime) -> Decision:
    """A licence counts until the instant it ends. An empty table has none of what is asked for."""
    if send.purpose is not Purpose.MARKETING:
        return ALLOW
    lacking = [one for one in facts.licences if not one.holds_at(now)]
    if not lacking:
        return ALLOW
    return Refuse("licence_expired" if all(one.periods for one in lacking) else "licence_missing")


RULE = Rule(
    name="licences",
    says="Marketing needs the licences and filings that its channel asks for, none of them expired.",
    source=SOURCE,
    reasons={
        "licence_missing": "A licence or filing that the channel asks for is not on record:"
        " `huixin licences list` names it, `huixin licences add` records it.",
        "licence_expired": "A licence or filing that the channel asks for does not hold on this day:"
        " renew it, and record that with `huixin licences add`.",
    },
    judge=judge,
    default="mainland: telecom licence, channel filing, signature filing; North America: A2P registration",
)
