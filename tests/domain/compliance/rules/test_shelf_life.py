"""Rule: what comes too late is not sent at all."""

from datetime import timedelta

import pytest

from app.domain.compliance.decision import ALLOW, Refuse
from app.domain.compliance.rules.shelf_life import RULE
from app.domain.purpose import Purpose
from tests.domain.compliance.building import NOON, a_send, facts, judged


@pytest.mark.parametrize("purpose", list(Purpose))
def test_refuses_past_its_time_whatever_it_is_for(purpose: Purpose) -> None:
    send = a_send(purpose=purpose, expires_at=NOON)
    assert judged(RULE, send, facts(), NOON) is ALLOW
    assert judged(RULE, send, facts(), NOON + timedelta(microseconds=1)) == Refuse("too_late")
    assert judged(RULE, a_send(purpose=purpose), facts(), NOON) is ALLOW
