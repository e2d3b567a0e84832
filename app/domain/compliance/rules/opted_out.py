"""Rule: who has opted out gets nothing that they did not ask for."""

from datetime import datetime

from app.domain.compliance.decision import ALLOW, Decision, Refuse, Rule
from app.domain.compliance.facts import Facts, Send
from app.domain.purpose import Purpose

SOURCE = "SPEC IN-5; 47 CFR 64.1200(a)(10) and (12); MIIT Order 31; CTIA messaging principles"


def judge(send: Send, facts: Facts, now: datetime) -> Decision:
    """`withdrawn` stops marketing; STOP stops all but replies to a later text and confirmations."""
    if send.purpose is Purpose.OPT_OUT_CONFIRMATION:
        confirmed_at = facts.opt_out_confirmed_at
        is_done = confirmed_at is not None and confirmed_at >= send.cause.at
        return Refuse("already_confirmed") if is_done else ALLOW
    if send.purpose is Purpose.STAFF_ALERT:
        return ALLOW
    if facts.is_stopped and not _is_asked_for(send, facts):
        return Refuse("stopped")
    if facts.consent == "withdrawn" and not facts.is_stopped and _is_unwanted(send, facts):
        return Refuse("opted_out")
    return ALLOW


def _is_unwanted(send: Send, facts: Facts) -> bool:
    """Marketing always; what asks for consent or promotes anything, unless it answers a text after the opt-out."""
    is_older = facts.consent_at is not None and send.cause.at <= facts.consent_at
    match send.purpose:
        case Purpose.MARKETING:
            return True
        case Purpose.OPT_IN_CONFIRMATION:
            return is_older or not send.is_requested_resubscribe
        case Purpose.REPLY:
            return send.is_promotional and (is_older or not _wrote_since(facts, facts.consent_at))
    return False


def _is_asked_for(send: Send, facts: Facts) -> bool:
    if facts.stopped_at is None or send.cause.at <= facts.stopped_at:
        return False
    if send.purpose is Purpose.OPT_IN_CONFIRMATION:
        return send.is_requested_resubscribe
    return send.purpose is Purpose.REPLY and _wrote_since(facts, facts.stopped_at)


def _wrote_since(facts: Facts, opted_out_at: datetime | None) -> bool:
    """Whether the customer has written after the opt-out: staff may answer that, whatever it asks for."""
    wrote_at = facts.last_inbound_at
    return wrote_at is not None and opted_out_at is not None and wrote_at > opted_out_at


RULE = Rule(
    name="opted_out",
    says="Nothing that was not asked for goes to somebody who has opted out; one confirmation at most.",
    source=SOURCE,
    reasons={
        "opted_out": "The customer has opted out of this brand's marketing.",
        "stopped": "The customer has sent STOP: only answers to a later text of theirs and confirmations go.",
        "already_confirmed": "This opt-out has been confirmed already.",
    },
    judge=judge,
)
