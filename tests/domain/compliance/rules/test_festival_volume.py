"""Rule: much advertising around a festival needs the carrier's filing."""

import pytest

from app.domain.compliance.decision import ALLOW, Decision, Refuse
from app.domain.compliance.rules.festival_volume import RULE
from app.domain.festivals import FestivalVolume
from app.domain.licences import Period, Standing
from app.domain.purpose import Purpose
from tests.domain.compliance.building import NOON, a_send, facts, judged
from tests.domain.rule_data import shipped

FILING = next(kind for kind in shipped().licence_kinds if kind.code == "festival_filing")
UNFILED = Refuse("festival_unfiled")


@pytest.mark.parametrize(
    ("receivers", "periods", "expected"),
    [
        (0, (), ALLOW),
        (9_999, (), ALLOW),
        (10_000, (), UNFILED),
        (10_000, (Period(until=NOON),), UNFILED),
        (10_000, (Period(),), ALLOW),
    ],
)
def test_the_next_person_above_the_volume_needs_the_filing(
    receivers: int, periods: tuple[Period, ...], expected: Decision
) -> None:
    volume = FestivalVolume(receivers, 10_000, (Standing(FILING, periods),))
    assert judged(RULE, a_send(), facts(festival=volume)) == expected


def test_other_days_and_other_purposes_are_not_counted() -> None:
    assert judged(RULE, a_send(), facts()) is ALLOW
    volume = FestivalVolume(10_000, 10_000, (Standing(FILING),))
    for purpose in set(Purpose) - {Purpose.MARKETING}:
        assert judged(RULE, a_send(purpose=purpose), facts(festival=volume)) is ALLOW
