"""Hours that a brand or a channel sets can only narrow: nothing goes that would not go without them."""

from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.compliance.decision import decide
from app.domain.windows import Window, narrowed
from tests.domain.compliance.building import a_send, facts
from tests.domain.rule_data import shipped

TIMES = st.integers(0, 24 * 60 - 1).map(lambda minute: time(minute // 60, minute % 60))
WINDOWS = st.lists(
    st.tuples(TIMES, TIMES).filter(lambda ends: ends[0] < ends[1]).map(lambda ends: Window(*ends)), max_size=4
).map(tuple)
MOMENTS = st.integers(0, 366 * 24 * 60).map(
    lambda minute: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
)


def lies_in(windows: tuple[Window, ...], at: time) -> bool:
    return any(one.start <= at < one.end for one in windows)


@given(WINDOWS, WINDOWS, TIMES)
def test_narrowed_hours_are_those_that_both_leave(
    some: tuple[Window, ...], others: tuple[Window, ...], at: time
) -> None:
    assert lies_in(narrowed(some, others), at) is (lies_in(some, at) and lies_in(others, at))


@given(st.sampled_from(sorted(shipped().send_windows)), WINDOWS, MOMENTS)
def test_what_hours_of_ones_own_let_through_goes_without_them_too(
    industry: str, own: tuple[Window, ...], now: datetime
) -> None:
    by_industry = shipped().send_windows[industry]
    gate = shipped().gate
    if decide(a_send(queued_at=now), facts(windows=narrowed(by_industry, own)), gate, now).is_allowed:
        assert decide(a_send(queued_at=now), facts(windows=by_industry), gate, now).is_allowed
        assert 8 <= (now + timedelta(hours=8)).hour < 21
