"""Rule: marketing waits while a text of the customer is not understood."""

from datetime import timedelta

from app.domain.compliance.decision import ALLOW, Defer
from app.domain.compliance.rules.unread_inbound import RULE
from app.domain.purpose import Purpose
from tests.domain.compliance.building import NOON, a_send, facts, judged


def test_marketing_waits_and_answers_do_not() -> None:
    unread = facts(has_unread_inbound=True)
    assert judged(RULE, a_send(), unread) == Defer(NOON + timedelta(minutes=1), "unread_inbound")
    assert judged(RULE, a_send(purpose=Purpose.REPLY), unread) is ALLOW
    assert judged(RULE, a_send(), facts()) is ALLOW
