"""Which licences a channel asks for, what fits them, and until when they hold."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.licences import Asked, Held, Period, Standing, period, standings
from tests.domain.rule_data import shipped

KINDS = {kind.code: kind for kind in shipped().licence_kinds}
MAIN, OTHER = UUID(int=1), UUID(int=2)
DAYS = st.dates(date(2020, 1, 1), date(2040, 1, 1))
MINUTE = timedelta(minutes=1)


def stands(*held: Held, style: str = "mainland", asked: Asked = Asked.ALWAYS) -> dict[str, Standing]:
    found = standings(KINDS.values(), held, asked=asked, style=style, channel_id=MAIN, signature="麦香坊")
    return {one.kind.code: one for one in found}


@pytest.mark.parametrize(
    ("style", "asked", "kinds"),
    [
        ("mainland", Asked.ALWAYS, {"telecom_licence", "channel_filing", "signature_filing"}),
        ("mainland", Asked.FESTIVAL, {"festival_filing"}),
        ("north_america", Asked.ALWAYS, {"a2p_registration"}),
        ("north_america", Asked.FESTIVAL, set()),
        ("international", Asked.ALWAYS, set()),
    ],
)
def test_each_style_of_channels_asks_for_its_own(style: str, asked: Asked, kinds: set[str]) -> None:
    assert set(stands(style=style, asked=asked)) == kinds


@pytest.mark.parametrize(
    ("held", "fits"),
    [
        (Held("telecom_licence", Period()), True),
        (Held("channel_filing", Period(), MAIN), True),
        (Held("channel_filing", Period(), OTHER), False),
        (Held("channel_filing", Period()), False),
        (Held("signature_filing", Period(), None, "麦香坊"), True),
        (Held("signature_filing", Period(), None, "别家"), False),
    ],
)
def test_a_licence_counts_for_what_it_speaks_for(held: Held, fits: bool) -> None:
    assert bool(stands(held)[held.kind].periods) is fits


def test_both_days_count_on_the_clocks_of_the_brand() -> None:
    of_a_day = period(date(2026, 5, 1), date(2026, 5, 1), "Asia/Shanghai")
    begins = datetime(2026, 4, 30, 16, tzinfo=UTC)
    assert [of_a_day.holds_at(begins + hours * timedelta(hours=1)) for hours in (-1, 0, 23, 24)] == [
        False,
        True,
        True,
        False,
    ]


@given(DAYS, DAYS, st.sampled_from(["Asia/Shanghai", "America/New_York", "Pacific/Auckland"]))
def test_a_period_holds_from_the_first_midnight_to_the_last(first: date, last: date, zone: str) -> None:
    found = period(first, last, zone)
    assert found.since is not None
    assert found.until is not None
    if first <= last:
        assert found.holds_at(found.since)
        assert found.holds_at(found.until - MINUTE)
    assert not found.holds_at(found.until)
    assert not found.holds_at(found.since - MINUTE)


def test_what_has_no_end_never_ends() -> None:
    end = datetime(2027, 1, 1, tzinfo=UTC)
    kind = KINDS["signature_filing"]
    assert Standing(kind, (Period(until=end), Period())).ends_at is None
    assert Standing(kind, (Period(until=end), Period(until=end + MINUTE))).ends_at == end + MINUTE
    assert Standing(kind).ends_at is None


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/Los_Angeles", "Pacific/Auckland"])
def test_the_first_and_the_last_day_of_all_have_moments(zone: str) -> None:
    ever = period(date.min, date.max, zone)
    assert ever.holds_at(datetime(2026, 11, 23, tzinfo=UTC))
    assert ever.holds_at(datetime(9999, 12, 29, tzinfo=UTC))
