"""Rule: the brand's switch holds all marketing at once."""

from datetime import timedelta

from app.domain.compliance.decision import ALLOW, Defer
from app.domain.compliance.rules.marketing_switch import RULE
from app.domain.purpose import Purpose
from tests.domain.compliance.building import NOON, a_send, facts, judged


def test_holds_marketing_and_nothing_else() -> None:
    stopped = facts(marketing_stopped=True)
    assert judged(RULE, a_send(), stopped) == Defer(NOON + timedelta(hours=1), "marketing_stopped")
    assert judged(RULE, a_send(purpose=Purpose.SERVICE), stopped) is ALLOW
    assert judged(RULE, a_send(), facts()) is ALLOW
