"""Advances runs that wait for a time, in batches under the customers' locks.

A batch of 25 runs is written within 50 ms, for which nobody else can write on SQLite.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from app.domain.flows.state import RunState
from app.domain.flows.stimuli import TimerFired
from app.store import customers, runs
from app.store.writing import update_all
from app.usecases import flow_runs
from app.usecases.changes import Changes
from app.usecases.isolation import each_alone_after_failure
from app.usecases.parts import Parts
from app.usecases.run_identity import RunIdentity
from app.usecases.turn import Reader

BATCH = 25


def advance_due(parts: Parts, now: datetime) -> int:
    """Fires the timers of at most one batch of due runs; returns how many were advanced."""
    with parts.store.read() as session:
        due = {row.id: row.customer_id for row in runs.due(session, now, BATCH)}
    return sum(
        each_alone_after_failure(
            list(due),
            lambda ids: _advance(parts, {one: due[one] for one in ids}, now),
            lambda one: _set_aside(parts, one, now),
        )
    )


def _set_aside(parts: Parts, run_id: UUID, now: datetime) -> None:
    """A run that cannot go on ends, so that it does not fire for ever."""
    values = {"status": runs.FINISHED, "outcome": "error", "due_at": None, "updated_at": now}
    with parts.store.write() as session:
        update_all(session, runs.Run, [{"id": run_id, **values}])
        runs.close_questions(session, [run_id])


def _advance(parts: Parts, due: Mapping[UUID, UUID], now: datetime) -> int:
    directory, changes, advanced = parts.directory.current(now), Changes(), 0
    with parts.store.write() as session:
        locked = {row.id: row for row in customers.lock(session, set(due.values()))}
        rows = [row for row in runs.active(session, list(due)) if _is_due(row.due_at, now)]
        book = Reader(session, directory, changes, now).turns(
            {(r.customer_id, r.sender_id) for r in rows}, locked
        )
        for row in rows:
            turn = book.turn(row.customer_id, row.sender_id, row.id.hex)
            identity = RunIdentity.of_row(row).after_a_wait()
            state = RunState.from_json(row.state)
            flow_runs.resume(parts, session, turn, state, TimerFired(now), identity)
            if changes.changed_runs[row.id]["due_at"] == row.due_at:
                changes.changed_runs[row.id]["due_at"] = (
                    None  # a timer that moves nothing must not fire for ever
                )
            advanced += 1
        changes.flush(session)
    if advanced:
        parts.wake.ring("outbound")
    return advanced


def _is_due(due_at: datetime | None, now: datetime) -> bool:
    return due_at is not None and due_at <= now
