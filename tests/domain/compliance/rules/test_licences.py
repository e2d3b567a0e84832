"""Rule: marketing needs the licences and filings that its channel asks for."""

from datetime import timedelta

import pytest

from app.domain.compliance.decision import ALLOW, Refuse
from app.domain.compliance.facts import Licence
from app.domain.compliance.rules.licences import RULE
from app.domain.purpose import Purpose
from tests.domain.compliance.building import NOON, a_send, facts, judged

NEEDED = frozenset({"telecom_licence", "channel_filing"})
SOON = NOON + timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ((), Refuse("licence_missing")),
        ((Licence("telecom_licence"),), Refuse("licence_missing")),
        ((Licence("telecom_licence"), Licence("channel_filing")), ALLOW),
        ((Licence("telecom_licence"), Licence("channel_filing", SOON)), ALLOW),
        ((Licence("telecom_licence"), Licence("channel_filing", NOON)), Refuse("licence_expired")),
        ((Licence("telecom_licence", NOON), Licence("telecom_licence"), Licence("channel_filing")), ALLOW),
    ],
)
def test_a_licence_counts_until_it_ends(held, expected):
    assert judged(RULE, a_send(), facts(licences=held, required_licences=NEEDED)) == expected


def test_only_marketing_and_only_where_one_is_asked_for():
    assert judged(RULE, a_send(), facts()) is ALLOW
    for purpose in set(Purpose) - {Purpose.MARKETING}:
        assert judged(RULE, a_send(purpose=purpose), facts(required_licences=NEEDED)) is ALLOW
