"""Pacing: over any window no more than the rate and one burst, and what is asked for is granted in the end."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine

from app.store import pacing
from app.store.engine import Store
from app.store.schema import metadata
from app.store.tables import new_id

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
RATES = st.sampled_from([0.1, 0.5, 1, 3, 10, 33.3, 100, 1000])
ASKED = st.lists(st.tuples(st.floats(0, 3), st.integers(0, 50)), min_size=1, max_size=30)


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    engine = create_engine("sqlite://")
    metadata().create_all(engine, tables=[pacing.Pace.__table__])  # type: ignore[list-item]
    yield Store(engine)
    engine.dispose()


@given(rate=RATES, asked=ASKED)
def test_no_window_exceeds_the_rate_by_more_than_one_burst(
    store: Store, rate: float, asked: list[tuple[float, int]]
) -> None:
    subject, now, granted = new_id(), START, []
    with store.write() as session:
        for pause, wanted in asked:
            now += timedelta(seconds=pause)
            given_now = pacing.grant(session, subject, rate, wanted, now)
            assert 0 <= given_now <= wanted
            granted.append((now, given_now))
    burst = max(1.0, rate)
    for first, (begins, _) in enumerate(granted):
        total = 0
        for ends, count in granted[first:]:
            total += count
            assert total <= burst + rate * (ends - begins).total_seconds() + 0.01


@given(rate=RATES, pause=st.floats(0, 5), wanted=st.integers(1, 20))
def test_who_waits_long_enough_is_served(store: Store, rate: float, pause: float, wanted: int) -> None:
    subject = new_id()
    with store.write() as session:
        pacing.grant(session, subject, rate, wanted, START + timedelta(seconds=pause))
        later = START + timedelta(seconds=pause + 2 / rate + 1)
        assert pacing.grant(session, subject, rate, 1, later) == 1
