"""Rule: marketing leaves a phone alone for a day that was off or out of reach the last time."""

from datetime import timedelta

import pytest

from app.domain.compliance.decision import ALLOW, Defer
from app.domain.compliance.rules.unreachable import RULE
from app.domain.purpose import Purpose
from tests.domain.compliance.building import NOON, a_send, facts, judged

HOUR = timedelta(hours=1)


def test_marketing_waits_a_day_after_the_last_time() -> None:
    missed = facts(number_status="unreachable", number_status_at=NOON - 5 * HOUR)
    assert judged(RULE, a_send(), missed) == Defer(NOON + 19 * HOUR, "unreachable_number")
    assert judged(RULE, a_send(purpose=Purpose.SERVICE), missed) is ALLOW


@pytest.mark.parametrize(
    ("status", "hours"), [("unreachable", 24), ("verified", 1), ("doubtful", 1), ("unknown", 1)]
)
def test_a_day_later_and_for_other_numbers_it_goes(status: str, hours: int) -> None:
    assert judged(RULE, a_send(), facts(number_status=status, number_status_at=NOON - hours * HOUR)) is ALLOW
