"""Rule: nothing to numbers that do not exist, no marketing to suspended ones."""

import pytest

from app.domain.compliance.decision import ALLOW, Decision, Refuse
from app.domain.compliance.rules.dead_number import RULE
from app.domain.purpose import Purpose
from tests.domain.compliance.building import a_send, facts, judged


@pytest.mark.parametrize(
    ("status", "purpose", "decision"),
    [
        ("dead", Purpose.MARKETING, Refuse("dead_number")),
        ("dead", Purpose.SERVICE, Refuse("dead_number")),
        ("dead", Purpose.REPLY, ALLOW),
        ("suspended", Purpose.MARKETING, Refuse("suspended_number")),
        ("suspended", Purpose.SERVICE, ALLOW),
        ("doubtful", Purpose.MARKETING, ALLOW),
        ("unknown", Purpose.MARKETING, ALLOW),
        ("verified", Purpose.MARKETING, ALLOW),
    ],
)
def test_by_status(status: str, purpose: Purpose, decision: Decision) -> None:
    assert judged(RULE, a_send(purpose=purpose), facts(number_status=status)) == decision
