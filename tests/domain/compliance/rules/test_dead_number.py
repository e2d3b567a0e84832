"""Rule: nothing to numbers that do not exist, no marketing to suspended ones."""

import pytest

from app.domain.compliance.decision import ALLOW, Decision, Refuse
from app.domain.compliance.rules.dead_number import RULE
from app.domain.purpose import Cause, CauseKind, Purpose
from tests.domain.compliance.building import NOON, a_send, facts, judged


@pytest.mark.parametrize(
    ("status", "purpose", "decision"),
    [
        ("dead", Purpose.MARKETING, Refuse("dead_number")),
        ("dead", Purpose.SERVICE, Refuse("dead_number")),
        ("dead", Purpose.REPLY, ALLOW),
        ("reassigned", Purpose.SERVICE, Refuse("reassigned_number")),
        ("reassigned", Purpose.REPLY, ALLOW),
        ("suspended", Purpose.MARKETING, Refuse("suspended_number")),
        ("suspended", Purpose.SERVICE, ALLOW),
        ("doubtful", Purpose.MARKETING, ALLOW),
        ("unknown", Purpose.MARKETING, ALLOW),
        ("verified", Purpose.MARKETING, ALLOW),
    ],
)
def test_by_status(status: str, purpose: Purpose, decision: Decision) -> None:
    assert judged(RULE, a_send(purpose=purpose), facts(number_status=status)) == decision


@pytest.mark.parametrize(
    ("kind", "decision"), [("staff_reply", False), ("complaint", False), ("inbound", True)]
)
def test_what_staff_write_to_the_earlier_owner_does_not_reach_the_new_one(kind: str, decision: bool) -> None:
    reply = a_send(purpose=Purpose.REPLY, cause=Cause(CauseKind(kind), NOON))
    assert (judged(RULE, reply, facts(number_status="reassigned")) is ALLOW) == decision
    assert judged(RULE, reply, facts(number_status="dead")) is ALLOW
