"""Rule: a number sends to one receiver no more than carriers take."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.compliance.decision import ALLOW, Defer
from app.domain.compliance.facts import CarrierLimit
from app.domain.compliance.rules.carrier_limit import RULE
from tests.domain.compliance.building import NOON, a_send, facts, judged

HOUR = timedelta(hours=1)
LIMITS = (CarrierLimit(2, HOUR), CarrierLimit(3, 24 * HOUR))
AGO = st.lists(st.integers(0, 30 * 60), max_size=8)


def test_waits_until_the_oldest_of_so_many_is_old_enough() -> None:
    half, third = NOON - HOUR / 2, NOON - HOUR / 3
    assert judged(RULE, a_send(), facts(carrier_limits=LIMITS, handed_by_number=(half,))) is ALLOW
    busy = facts(carrier_limits=LIMITS, handed_by_number=(third, half))
    assert judged(RULE, a_send(), busy) == Defer(half + HOUR, "carrier_limit")
    full = facts(carrier_limits=LIMITS, handed_by_number=(third, half, NOON - 2 * HOUR))
    assert judged(RULE, a_send(), full) == Defer(NOON + 22 * HOUR, "carrier_limit")
    assert judged(RULE, a_send(), facts(handed_by_number=(NOON,) * 99)) is ALLOW


@given(AGO)
def test_when_the_wait_is_over_every_limit_has_room(minutes: list[int]) -> None:
    known = facts(
        carrier_limits=LIMITS, handed_by_number=tuple(NOON - timedelta(minutes=one) for one in minutes)
    )
    found = judged(RULE, a_send(), known)
    at = found.until if isinstance(found, Defer) else NOON
    assert judged(RULE, a_send(), known, at) is ALLOW
    if isinstance(found, Defer):
        assert isinstance(judged(RULE, a_send(), known, at - timedelta(microseconds=1)), Defer)
