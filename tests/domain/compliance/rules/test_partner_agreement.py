"""Rule: who came by a partner gets marketing only while the agreement runs."""

from datetime import timedelta

from app.domain.compliance.decision import ALLOW, Refuse
from app.domain.compliance.rules.partner_agreement import RULE
from app.domain.purpose import Purpose
from tests.domain.compliance.building import NOON, a_send, facts, judged

MOMENT = timedelta(microseconds=1)


def test_marketing_goes_until_the_agreement_ends() -> None:
    assert judged(RULE, a_send(), facts()) is ALLOW
    assert judged(RULE, a_send(), facts(agreement_ends_at=NOON + MOMENT)) is ALLOW
    assert judged(RULE, a_send(), facts(agreement_ends_at=NOON)) == Refuse("partner_agreement_expired")


def test_nothing_else_needs_the_agreement() -> None:
    for purpose in set(Purpose) - {Purpose.MARKETING}:
        assert judged(RULE, a_send(purpose=purpose), facts(agreement_ends_at=NOON)) is ALLOW
