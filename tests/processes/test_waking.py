"""Waking: a ring is heard by who waits, in this process and in others, and losing Redis only slows things down."""

import threading

import pytest

from app import clock
from app.processes.waking import LONGEST_POLL_S, LOOKS_AT_A_PACE, POLL_S, Polling, RedisBell


def seconds(action: object) -> float:
    begun = clock.monotonic()
    action()  # type: ignore[operator]
    return clock.monotonic() - begun


def test_without_a_ring_polling_looks_again_soon() -> None:
    assert seconds(lambda: Polling().wait("inbound", 10)) < POLL_S + 2


def test_a_ring_before_the_wait_is_not_lost() -> None:
    bell = Polling()
    bell.ring("inbound")
    assert bell._bell("inbound").is_set()
    bell.wait("inbound", 10)
    assert not bell._bell("inbound").is_set()


def test_topics_do_not_wake_each_other() -> None:
    bell = Polling()
    bell.ring("outbound")
    bell.wait("inbound", 0)
    assert bell._bell("outbound").is_set()


def test_a_ring_wakes_another_process(redis_url: str | None) -> None:
    if redis_url is None:
        bell: object = Polling()
        bell.ring("inbound")  # type: ignore[attr-defined]
        return
    ringing, waiting = RedisBell(redis_url), RedisBell(redis_url)
    threading.Timer(0.1, ringing.ring, ["inbound"]).start()
    assert 0.05 < seconds(lambda: waiting.wait("inbound", 8)) < 6


def test_a_hundred_rings_leave_a_handful_of_tokens(redis_url: str | None) -> None:
    if redis_url is None:
        return
    bell = RedisBell(redis_url)
    for _ in range(100):
        bell.ring("inbound")
    assert bell._redis.llen("huixin:inbound") <= 4
    assert 0 < bell._redis.ttl("huixin:inbound") <= 60


@pytest.mark.parametrize("what", ["inbound", "outbound"])
def test_without_redis_it_polls_and_does_not_ask_for_it_each_time(what: str) -> None:
    bell = RedisBell("redis://127.0.0.1:1")
    bell.ring(what)
    assert bell._away_until > clock.monotonic()
    assert seconds(lambda: [bell.wait(what, 10) for _ in range(20)]) < 5
    assert seconds(lambda: [bell.ring(what) for _ in range(100)]) < 1


class Bell(threading.Event):
    """Notes how long it was waited for, and does not wait."""

    def __init__(self) -> None:
        super().__init__()
        self.waited: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waited.append(timeout or 0.0)
        return self.is_set()


def test_who_finds_nothing_for_a_while_looks_less_often_until_there_is_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at = [0.0]
    monkeypatch.setattr("app.clock.monotonic", lambda: at[0])
    polling, bell = Polling(), Bell()
    polling._bells["inbound"] = bell
    for _ in range(LOOKS_AT_A_PACE * 6):
        polling.wait("inbound", 10)
    assert bell.waited == sorted(bell.waited)
    assert (bell.waited[0], bell.waited[-1]) == (POLL_S, LONGEST_POLL_S)
    polling.ring("inbound")
    polling.wait("inbound", 10)
    polling.wait("inbound", 10)
    assert bell.waited[-1] == POLL_S
    for _ in range(LOOKS_AT_A_PACE * 6):
        polling.wait("inbound", 10)
    at[0] += 1  # there was work to do meanwhile
    polling.wait("inbound", 10)
    assert bell.waited[-1] == POLL_S
    polling.wait("inbound", 0.001)
    assert bell.waited[-1] == 0.001
