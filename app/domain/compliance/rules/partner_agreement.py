"""Rule: who came by a partner gets marketing only while the agreement with the partner runs."""

from datetime import datetime

from app.domain.compliance.decision import ALLOW, Decision, Refuse, Rule
from app.domain.compliance.facts import Facts, Send
from app.domain.purpose import Purpose

SOURCE = "SPEC SE-7"


def judge(send: Send, facts: Facts, now: datetime) -> Decision:
    """Consent that the customer has also given to the brand itself needs no agreement."""
    ends_at = facts.agreement_ends_at
    if send.purpose is not Purpose.MARKETING or ends_at is None or now < ends_at:
        return ALLOW
    return Refuse("partner_agreement_expired")


RULE = Rule(
    name="partner_agreement",
    says="Customers whose consent came by a partner get marketing only while the partner's agreement runs.",
    source=SOURCE,
    reasons={
        "partner_agreement_expired": "The agreement with the partner who brought their consent has expired:"
        " `huixin partners renew`."
    },
    judge=judge,
    default="until the end of the agreement's last day",
)
