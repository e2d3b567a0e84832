"""Two clocks: one leads, and when it is killed the other does."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from app import clock
from app.processes.leader import AdvisoryLeadership, Leadership, leadership
from app.store import heartbeats
from app.store.engine import Store
from tests.faults.premises import Premises, furnish
from tests.faults.processes import Processes, until


def asked_elsewhere(lead: Leadership) -> bool:
    answers: list[bool] = []
    thread = threading.Thread(target=lambda: answers.append(lead.is_mine()))
    thread.start()
    thread.join()
    return answers[0]


def test_a_leader_leads_on_every_thread_and_nobody_else_does(engine: Engine) -> None:
    first, second = leadership(engine), leadership(engine)
    assert first.is_mine()
    assert asked_elsewhere(first)
    assert not second.is_mine()
    first.resign()
    assert asked_elsewhere(second)
    assert second.is_mine()
    assert not first.is_mine()
    second.resign()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_the_database_notices_a_vanished_leader_within_seconds(engine: Engine) -> None:
    lead = leadership(engine)
    assert isinstance(lead, AdvisoryLeadership)
    assert lead.is_mine()
    shown = [
        int(lead._connection.execute(text(f"SHOW tcp_keepalives_{name}")).scalar())
        for name in ("idle", "interval", "count")
    ]
    lead.resign()
    assert shown[0] + shown[1] * shown[2] <= 10


def a_beat_after(engine: Engine) -> Callable[[], bool]:
    since = clock.now()

    def happened() -> bool:
        with Store(engine).read() as session:
            sign = session.get(heartbeats.Heartbeat, "clock")
            return sign is not None and sign.at > since

    return happened


def test_another_clock_leads_within_ten_seconds_of_the_leaders_death(
    engine: Engine, database_url: str, tmp_path: Path
) -> None:
    premises = Premises(tmp_path, database_url)
    furnish(premises)
    with Processes(premises) as processes:
        processes.start("first", "-m", "app.cli", "clock")
        until(a_beat_after(engine))
        processes.start("second", "-m", "app.cli", "clock")
        until(lambda: b"clock started" in processes.log_of("second").read_bytes())
        processes.kill("first")
        assert until(a_beat_after(engine)) < 10
