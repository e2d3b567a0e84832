"""Rule: campaigns leave alone who has not been heard of for a year."""

from datetime import timedelta

import pytest

from app.domain.compliance.decision import ALLOW, Refuse
from app.domain.compliance.rules.inactive import AFTER, RULE
from app.domain.purpose import Cause, Purpose
from tests.domain.compliance.building import NOON, a_send, facts, judged

LONG_AGO = NOON - AFTER


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({"last_interaction_at": LONG_AGO}, Refuse("inactive")),
        ({"last_interaction_at": LONG_AGO + timedelta(seconds=1)}, ALLOW),
        ({"last_interaction_at": LONG_AGO, "last_inbound_at": NOON}, ALLOW),
        ({"last_interaction_at": LONG_AGO, "consent_at": NOON}, ALLOW),
        ({"consent_at": LONG_AGO}, Refuse("inactive")),
        ({}, ALLOW),
    ],
)
def test_the_last_sign_of_life_counts(known, expected):
    assert judged(RULE, a_send(), facts(**known)) == expected


def test_only_campaigns_ask():
    journey = a_send(cause=Cause("journey", NOON))
    service = a_send(purpose=Purpose.SERVICE)
    for send in (journey, service):
        assert judged(RULE, send, facts(last_interaction_at=LONG_AGO)) is ALLOW
