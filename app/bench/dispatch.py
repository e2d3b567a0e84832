"""Dispatch: queued messages through the gate into the simulator's hands."""

import threading
from datetime import datetime

from sqlalchemy import func, select

from app import clock
from app.bench.figures import Figure
from app.bench.installation import Installation, installation
from app.bench.queued import ORDER, queue_messages
from app.store.outbound.table import QUEUED, Outbound
from app.wiring import build_parts

COUNT = 8_000
WORKERS = {"sqlite": 1, "postgresql": 2}
BARS = {"sqlite": 400.0, "postgresql": 800.0}
DRAIN_S = 120.0


def measure(database: str) -> list[Figure]:
    """Messages a second from the first hand-over to the last."""
    with installation(database) as made:
        parts = build_parts(made.settings)
        queue_messages(parts, COUNT, ORDER)
        for _ in range(WORKERS[database]):
            made.start("worker")
        rate = _rate(made)
        parts.store.close()
    what = f"gate to simulator, {WORKERS[database]} worker(s)"
    return [Figure("dispatch", database, what, rate, "a second", BARS[database])]


def _rate(made: Installation) -> float:
    pause, until = threading.Event(), clock.monotonic() + DRAIN_S
    waiting = select(func.count()).where(Outbound.status == QUEUED)
    with made.store() as store:
        while True:
            with store.read() as session:
                left = session.scalar(waiting) or 0
                if not left:
                    first, last, handed = session.execute(
                        select(
                            func.min(Outbound.handed_at), func.max(Outbound.handed_at), func.count()
                        ).where(Outbound.handed_at.is_not(None))
                    ).one()
                    return _per_second(handed, first, last)
            if clock.monotonic() > until:
                raise RuntimeError(f"{left} messages are still queued after {DRAIN_S:.0f} s")
            pause.wait(0.5)


def _per_second(count: int, first: datetime | None, last: datetime | None) -> float:
    if first is None or last is None or last <= first:
        raise RuntimeError("too few messages were handed over to tell a rate")
    return count / (last - first).total_seconds()
