"""Rule: at most one question is open to a customer, so that "1" has one meaning."""

from datetime import datetime, timedelta

from app.domain.compliance.decision import ALLOW, Decision, Defer, Rule
from app.domain.compliance.facts import Facts, Send
from app.domain.purpose import Purpose

SOURCE = "DESIGN, one language for flows and journeys; SPEC CP-2"
FIRST_IN_LINE = timedelta(minutes=1)
IN_LINE = timedelta(minutes=15)


def judge(send: Send, facts: Facts, now: datetime) -> Decision:
    """A second question waits. Follow-ups and consent look again sooner, so they get the turn first.

    A question within the answer to the customer's own text goes at once: they have moved on to it.
    """
    if not (send.asks_question and facts.has_open_question):
        return ALLOW
    is_own_sign_up = send.purpose is Purpose.OPT_IN_CONFIRMATION and send.inbound_id is not None
    is_asked_for = send.purpose is Purpose.REPLY or is_own_sign_up
    if is_asked_for or send.answers_question_id is not None:
        return ALLOW
    is_first = send.is_follow_up or send.purpose is Purpose.OPT_IN_CONFIRMATION
    until = now + (FIRST_IN_LINE if is_first else IN_LINE)
    expires_at = facts.question_expires_at
    if expires_at is not None and expires_at > now:
        until = min(until, expires_at if is_first else expires_at + FIRST_IN_LINE)
    return Defer(until, "question_open")


RULE = Rule(
    name="open_question",
    says="A second question waits until the open one is answered or has run out.",
    source=SOURCE,
    reasons={"question_open": "Another question to this customer is still open."},
    judge=judge,
    default="judged anew after 1 minute (follow-up, consent) or 15 minutes",
)
