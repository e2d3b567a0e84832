"""Rule: nothing to numbers that do not exist or are somebody else's now, no marketing to suspended ones."""

from datetime import datetime

from app.domain.compliance.decision import ALLOW, Decision, Refuse, Rule
from app.domain.compliance.facts import Facts, Send
from app.domain.purpose import CauseKind, Purpose

SOURCE = "SPEC SE-3; carrier code tables"
_TO_SOMEBODY_WHO_WROTE = frozenset({Purpose.REPLY, Purpose.OPT_OUT_CONFIRMATION, Purpose.STAFF_ALERT})
_BY_STAFF = frozenset({CauseKind.STAFF_REPLY, CauseKind.COMPLAINT})
"""What people write to whom they know: that is the earlier owner."""


def judge(send: Send, facts: Facts, now: datetime) -> Decision:
    """Who has just written is answered: their text proves the number better than an old receipt."""
    if facts.number_status == "erased":
        return Refuse("person_erased")
    if facts.number_status not in ("dead", "suspended", "reassigned"):
        return ALLOW
    is_meant_for_another = facts.number_status == "reassigned" and send.cause.kind in _BY_STAFF
    if send.purpose in _TO_SOMEBODY_WHO_WROTE and not is_meant_for_another:
        return ALLOW
    if facts.number_status in ("dead", "reassigned"):
        return Refuse(f"{facts.number_status}_number")
    return Refuse("suspended_number") if send.purpose is Purpose.MARKETING else ALLOW


RULE = Rule(
    name="dead_number",
    says="Dead numbers get nothing, suspended ones no marketing, until they are heard of again; nothing that was meant "
    "for a number's earlier owner reaches the new one, and nothing leaves for a person who was erased.",
    source=SOURCE,
    reasons={
        "dead_number": "The number does not exist (any more).",
        "person_erased": "Nobody can tell any more who the person was.",
        "reassigned_number": "The number is somebody else's now.",
        "suspended_number": "The line was reported suspended twice, a day or more apart, or five days out of reach.",
    },
    judge=judge,
    default="for 180 days",
)
