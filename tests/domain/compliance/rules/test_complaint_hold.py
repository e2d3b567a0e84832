"""Rule: nobody who is complaining gets marketing."""

from datetime import timedelta

from app.domain.compliance.decision import ALLOW, Defer
from app.domain.compliance.rules.complaint_hold import RULE
from app.domain.purpose import Purpose
from tests.domain.compliance.building import NOON, a_send, facts, judged

HOUR = timedelta(hours=1)


def test_marketing_waits_while_a_complaint_is_open() -> None:
    complaining = facts(has_open_complaint=True)
    assert judged(RULE, a_send(), complaining) == Defer(NOON + HOUR, "complaint_open")
    assert judged(RULE, a_send(purpose=Purpose.SERVICE), complaining) is ALLOW


def test_marketing_waits_until_the_hold_has_ended() -> None:
    assert judged(RULE, a_send(), facts(complaint_hold_until=NOON + 9 * HOUR)) == Defer(
        NOON + 9 * HOUR, "complaint_hold"
    )
    assert judged(RULE, a_send(), facts(complaint_hold_until=NOON)) is ALLOW
