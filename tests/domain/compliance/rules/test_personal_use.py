"""What is known of a person is used only as they have agreed."""

import pytest

from app.domain.compliance.decision import ALLOW, Refuse
from app.domain.compliance.rules.personal_use import RULE
from app.domain.purpose import Purpose
from tests.domain.compliance.building import a_send, facts, judged


@pytest.mark.parametrize("purpose", ["marketing", "service", "reply"])
def test_sensitive_data_needs_its_own_consent_whatever_the_text_is_for(purpose: str) -> None:
    send = a_send(purpose=Purpose(purpose))
    known = facts(text_uses=frozenset({"profile", "health"}), agreed_uses=frozenset({"finance"}))
    assert judged(RULE, send, known) == Refuse("sensitive_consent_missing")
    agreed = facts(text_uses=frozenset({"health"}), agreed_uses=frozenset({"health"}))
    assert judged(RULE, send, agreed) is ALLOW


def test_personal_marketing_stops_with_personalisation() -> None:
    known = facts(text_uses=frozenset({"profile"}), is_personalised=False)
    assert judged(RULE, a_send(), known) == Refuse("personalisation_off")
    assert judged(RULE, a_send(purpose=Purpose.REPLY), known) is ALLOW
    assert judged(RULE, a_send(), facts(is_personalised=False)) is ALLOW
