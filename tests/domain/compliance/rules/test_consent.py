"""Rule: marketing goes only to who has agreed to it."""

from datetime import timedelta

import pytest

from app.domain.compliance.decision import ALLOW, Decision, Defer, Refuse
from app.domain.compliance.rules.consent import RULE
from app.domain.purpose import Purpose
from tests.domain.compliance.building import NOON, a_send, facts, judged


@pytest.mark.parametrize(
    ("consent", "decision"),
    [
        ("granted", ALLOW),
        ("none", Refuse("no_consent")),
        ("pending", Refuse("consent_pending")),
        ("held", Defer(NOON + timedelta(hours=1), "consent_held")),
        ("withdrawn", Refuse("opted_out")),
        ("anything else", Refuse("no_consent")),
    ],
)
def test_marketing_by_consent(consent: str, decision: Decision) -> None:
    assert judged(RULE, a_send(), facts(consent=consent)) == decision


@pytest.mark.parametrize("purpose", [purpose for purpose in Purpose if purpose is not Purpose.MARKETING])
def test_nothing_else_needs_it(purpose: Purpose) -> None:
    assert judged(RULE, a_send(purpose=purpose), facts(consent="none")) is ALLOW
