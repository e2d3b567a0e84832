"""Rule: the brand's switch holds all marketing at once."""

from datetime import datetime, timedelta

from app.domain.compliance.decision import ALLOW, Decision, Defer, Rule
from app.domain.compliance.facts import Facts, Send
from app.domain.purpose import Purpose

SOURCE = "SPEC OP-7"
LOOK_AGAIN = timedelta(hours=1)


def judge(send: Send, facts: Facts, now: datetime) -> Decision:
    """Deferred, not refused: what is still fresh when the switch is put back may go."""
    if facts.marketing_stopped and send.purpose is Purpose.MARKETING:
        return Defer(now + LOOK_AGAIN, "marketing_stopped")
    return ALLOW


RULE = Rule(
    name="marketing_switch",
    says="No marketing while the brand's switch is off.",
    source=SOURCE,
    reasons={"marketing_stopped": "Somebody has stopped the brand's marketing."},
    judge=judge,
    default="on; judged anew every hour while off",
)
