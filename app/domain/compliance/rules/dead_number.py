"""Rule: nothing to numbers that do not exist, no marketing to suspended ones."""

from datetime import datetime

from app.domain.compliance.decision import ALLOW, Decision, Refuse, Rule
from app.domain.compliance.facts import Facts, Send
from app.domain.purpose import Purpose

SOURCE = "SPEC SE-3; carrier code tables"
_TO_SOMEBODY_WHO_WROTE = frozenset({Purpose.REPLY, Purpose.OPT_OUT_CONFIRMATION, Purpose.STAFF_ALERT})


def judge(send: Send, facts: Facts, now: datetime) -> Decision:
    """Who has just written is answered: their text proves the number better than an old receipt."""
    if facts.number_status not in ("dead", "suspended") or send.purpose in _TO_SOMEBODY_WHO_WROTE:
        return ALLOW
    if facts.number_status == "dead":
        return Refuse("dead_number")
    return Refuse("suspended_number") if send.purpose is Purpose.MARKETING else ALLOW


RULE = Rule(
    name="dead_number",
    says="Dead numbers get nothing, suspended ones no marketing, until they are heard of again.",
    source=SOURCE,
    reasons={
        "dead_number": "The number does not exist (any more).",
        "suspended_number": "The line was reported suspended twice, at least a day apart.",
    },
    judge=judge,
    default="for 180 days",
)
