"""Pacing: never faster than the rate beyond one burst, shared by all, and not stalled by a clock set back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from app.store import pacing
from app.store.engine import Store
from app.store.tables import new_id

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


@pytest.fixture
def store(engine: Engine) -> Store:
    return Store(engine)


def grant(store: Store, subject: object, rate: float, wanted: int, seconds: float) -> int:
    with store.write() as session:
        return pacing.grant(session, subject, rate, wanted, NOW + timedelta(seconds=seconds))  # type: ignore[arg-type]


def test_a_burst_of_one_second_and_then_the_rate(store: Store) -> None:
    subject = new_id()
    assert [grant(store, subject, 10, 100, at) for at in (0, 0, 0.1, 0.35, 60)] == [10, 0, 1, 2, 10]


def test_a_slow_number_sends_one_and_waits(store: Store) -> None:
    subject = new_id()
    assert [grant(store, subject, 0.1, 5, at) for at in (0, 5, 9, 10, 20.5)] == [1, 0, 0, 1, 1]


def test_what_was_not_used_is_not_saved_up(store: Store) -> None:
    subject = new_id()
    grant(store, subject, 5, 1, 0)
    assert grant(store, subject, 5, 100, 3600) == 5


def test_subjects_do_not_share_their_rate(store: Store) -> None:
    assert [grant(store, new_id(), 3, 9, 0) for _ in range(2)] == [3, 3]


@pytest.mark.parametrize(("rate", "wanted"), [(0, 5), (10, 0), (-1, 5), (10, -3)])
def test_nothing_wanted_or_allowed_is_nothing(store: Store, rate: float, wanted: int) -> None:
    assert grant(store, new_id(), rate, wanted, 0) == 0


def test_three_workers_together_do_not_send_three_times_the_rate(store: Store) -> None:
    subject = new_id()
    with ThreadPoolExecutor(3) as pool:
        granted = list(pool.map(lambda _: grant(store, subject, 10, 4, 0), range(9)))
    assert sum(granted) == 10


def test_a_clock_set_back_an_hour_does_not_stall_for_an_hour(store: Store) -> None:
    subject = new_id()
    assert grant(store, subject, 10, 100, 3600) == 10
    assert grant(store, subject, 10, 100, 0) > 0
    assert grant(store, subject, 10, 100, 1) <= 10


def test_a_worker_whose_clock_is_a_little_behind_does_not_exceed_the_rate(store: Store) -> None:
    subject = new_id()
    assert grant(store, subject, 10, 100, 1) == 10
    assert grant(store, subject, 10, 100, 0) == 0
