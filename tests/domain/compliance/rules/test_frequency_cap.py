"""Rule: nobody gets more marketing than they bear."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.compliance.decision import ALLOW, Refuse
from app.domain.compliance.rules.frequency_cap import BY_AUDIENCE, EVERYBODY, RULE
from app.domain.purpose import Purpose
from tests.domain.compliance.building import NOON, a_send, facts, judged

REFUSED = Refuse("frequency_cap")


def had(audience: str, *days_ago: float) -> object:
    handed = tuple(NOON - timedelta(days=days) for days in days_ago)
    return judged(RULE, a_send(), facts(audience=audience, marketing_handed=handed))


@pytest.mark.parametrize(
    ("audience", "days_ago", "expected"),
    [
        ("new", (29, 28, 27), ALLOW),
        ("new", (29, 28, 27, 26), REFUSED),
        ("new", (30, 28, 27, 26), ALLOW),  # the first is 30 days old at this instant
        ("new", (6, 5, 4), REFUSED),  # anybody: 3 in 7
        ("new", (7, 5, 4), ALLOW),
        ("active", (29,), ALLOW),
        ("active", (29, 1), REFUSED),
        ("active", (30, 1), ALLOW),
        ("dormant", (), ALLOW),
        ("dormant", (89,), REFUSED),
        ("dormant", (90,), ALLOW),
        ("of no class", (29, 1), REFUSED),
    ],
)
def test_the_strictest_cap_counts(audience, days_ago, expected):
    assert had(audience, *days_ago) == expected


def test_only_marketing_is_capped():
    often = facts(marketing_handed=(NOON,) * 10)
    for purpose in set(Purpose) - {Purpose.MARKETING}:
        assert judged(RULE, a_send(purpose=purpose), often) is ALLOW


@given(
    st.lists(st.integers(0, 100 * 24 * 60), max_size=12),
    st.sampled_from(["new", "active", "dormant", "other"]),
)
def test_no_span_ever_holds_more_than_its_cap(minutes, audience):
    handed: list = []
    for minute in sorted(minutes):
        now = NOON + timedelta(minutes=minute)
        if judged(RULE, a_send(), facts(audience=audience, marketing_handed=tuple(handed)), now) is ALLOW:
            handed.append(now)
    for most, span in (EVERYBODY, BY_AUDIENCE.get(audience, BY_AUDIENCE["active"])):
        for first in handed:
            assert sum(1 for at in handed if timedelta(0) <= at - first < span) <= most
