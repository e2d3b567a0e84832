"""The wall clock is stepped under the real clock process: its jobs go on, and a long jump forward holds marketing."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine, select

from app import clock
from app.store import heartbeats, simulated
from app.store.brands import Brand
from app.store.engine import Store
from app.store.staff import AuditEntry
from app.store.tables import new_id
from tests.databases import lacking
from tests.faults.premises import Premises, channel_of, furnish
from tests.faults.processes import Processes, until

SOON_S = 5.0
"""The goal, on a machine that does nothing else (`--soak`); beside the suite's other tests, within four times that."""
LIBRARY = "libfaketimeMT.so.1"


def fake_time_library() -> Path:
    found = sorted(Path("/usr/lib").glob(f"*/faketime/{LIBRARY}"))
    if not found or not shutil.which("faketime"):
        lacking("faketime", "apt-get install faketime")
    return found[0]


def owe_a_receipt(store: Store, channel_id: UUID) -> UUID:
    """Make a receipt that is due by any clock, so that the next tick of its job reports it."""
    row_id, long_ago = new_id(), clock.now() - timedelta(days=1)
    row = {
        "id": row_id, "channel_id": channel_id, "outbound_id": new_id(), "phone_hash": bytes(32), "address": "1",
        "text": "x", "taken_at": long_ago, "is_answer_lost": False, "is_refused": False,
        "receipt_status": "delivered", "receipt_code": None, "receipt_due_at": long_ago, "reported_at": None,
    }  # fmt: skip
    with store.write() as session:
        simulated.add(session, [row])
    return row_id


def step_to(shift: Path, step: str) -> None:
    """Step the clock of processes under libfaketime by this many seconds from the true time, all at once."""
    draft = shift.with_suffix(".draft")
    draft.write_text(step)
    draft.replace(shift)


def is_reported(store: Store, row_id: UUID) -> bool:
    with store.read() as session:
        return session.get_one(simulated.SimulatedMessage, row_id).reported_at is not None


def is_seen_in_the_past(store: Store) -> bool:
    """Say whether the clock's watchdog has looked since the step: its sign of life is an hour old."""
    with store.read() as session:
        sign = session.get(heartbeats.Heartbeat, "clock")
        return sign is not None and sign.at < clock.now() - timedelta(minutes=50)


def has_held_marketing(store: Store, times: int) -> bool:
    """Say whether marketing is stopped, and that was audited so many times."""
    with store.read() as session:
        stopped_at = session.scalars(select(Brand.marketing_stopped_at)).one()
        audited = session.scalars(select(AuditEntry).where(AuditEntry.action == "marketing.stop")).all()
    return stopped_at is not None and len(audited) == times


@pytest.mark.soak(ci=1, full=10)
def test_jobs_go_on_within_five_seconds_of_every_step_of_the_wall_clock(
    engine: Engine, database_url: str, tmp_path: Path, rounds: int, measured: Callable[[str], None]
) -> None:
    soon_s, took = SOON_S if rounds > 1 else 4 * SOON_S, []
    library, shift = fake_time_library(), tmp_path / "shift"
    premises = Premises(tmp_path, database_url)
    furnish(premises)
    store = Store(engine)
    with premises.opened(store=store) as parts:
        channel_id = channel_of(parts, "simulator").id
    step_to(shift, "+0")
    faked = {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(shift),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    with Processes(premises) as processes:
        processes.start("clock", environ=faked)
        first = owe_a_receipt(store, channel_id)
        until(lambda: is_reported(store, first))
        for jumps in range(1, 2 * rounds + 1):
            for step in ("-3600", "+0", "+300", "+0"):
                step_to(shift, step)
                owed = owe_a_receipt(store, channel_id)
                took.append(until(partial(is_reported, store, owed), soon_s))
                if step == "-3600":
                    until(partial(is_seen_in_the_past, store), soon_s)
                if step == "+0":
                    until(partial(has_held_marketing, store, jumps), soon_s)
        assert processes.is_alive("clock")
        assert has_held_marketing(store, 2 * rounds)
    measured(f"jobs went on within {max(took):.1f} s of {len(took)} steps")
