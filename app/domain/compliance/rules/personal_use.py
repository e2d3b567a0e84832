"""Rule: what is known of a person is used only as they have agreed."""

from datetime import datetime

from app.domain.compliance.decision import ALLOW, Decision, Refuse, Rule
from app.domain.compliance.facts import Facts, Send
from app.domain.purpose import Purpose
from app.domain.sensitive import PROFILE

SOURCE = "SPEC CP-9; Personal Information Protection Law Art. 24, 29"


def judge(send: Send, facts: Facts, now: datetime) -> Decision:
    """A text that was worded with sensitive data before the consent was withdrawn does not leave any more."""
    if facts.text_uses - {PROFILE} - facts.agreed_uses:
        return Refuse("sensitive_consent_missing")
    if send.purpose is Purpose.MARKETING and not facts.is_personalised and PROFILE in facts.text_uses:
        return Refuse("personalisation_off")
    return ALLOW


RULE = Rule(
    name="personal_use",
    says="Sensitive data is used only with a separate consent to its class, and marketing is personal only for who "
    "has not switched that off.",
    source=SOURCE,
    reasons={
        "sensitive_consent_missing": "There is no separate consent to that class of sensitive data.",
        "personalisation_off": "The customer has switched personalisation off.",
    },
    judge=judge,
)
