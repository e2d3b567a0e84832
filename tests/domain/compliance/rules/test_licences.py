"""Rule: marketing needs the licences and filings that its channel asks for."""

from datetime import timedelta

import pytest

from app.domain.compliance.decision import ALLOW, Decision, Refuse
from app.domain.compliance.rules.licences import RULE
from app.domain.licences import Period, Standing
from app.domain.purpose import Purpose
from tests.domain.compliance.building import NOON, a_send, facts, judged
from tests.domain.rule_data import shipped

TELECOM, CHANNEL, *_ = shipped().licence_kinds
ALWAYS = Period()
MOMENT = timedelta(microseconds=1)
UNTIL_NOW, UNTIL_SOON = Period(until=NOON), Period(until=NOON + MOMENT)
FROM_NOW, FROM_SOON = Period(since=NOON), Period(since=NOON + MOMENT)
MISSING, EXPIRED = Refuse("licence_missing"), Refuse("licence_expired")


@pytest.mark.parametrize(
    ("telecom", "channel", "expected"),
    [
        ((), (), MISSING),
        ((ALWAYS,), (), MISSING),
        ((UNTIL_NOW,), (), MISSING),
        ((ALWAYS,), (ALWAYS,), ALLOW),
        ((ALWAYS,), (UNTIL_SOON,), ALLOW),
        ((ALWAYS,), (UNTIL_NOW,), EXPIRED),
        ((FROM_NOW,), (ALWAYS,), ALLOW),
        ((FROM_SOON,), (ALWAYS,), EXPIRED),
        ((UNTIL_NOW, FROM_NOW), (ALWAYS,), ALLOW),
    ],
)
def test_a_licence_counts_from_its_first_instant_until_it_ends(
    telecom: tuple[Period, ...], channel: tuple[Period, ...], expected: Decision
) -> None:
    held = (Standing(TELECOM, telecom), Standing(CHANNEL, channel))
    assert judged(RULE, a_send(), facts(licences=held)) == expected


def test_only_marketing_and_only_where_one_is_asked_for() -> None:
    assert judged(RULE, a_send(), facts()) is ALLOW
    for purpose in set(Purpose) - {Purpose.MARKETING}:
        assert judged(RULE, a_send(purpose=purpose), facts(licences=(Standing(TELECOM),))) is ALLOW
