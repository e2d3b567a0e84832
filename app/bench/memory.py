"""Memory of web and worker after a hundred thousand messages, and how much of it grew on the way."""

import threading

from sqlalchemy import func, select

from app import clock
from app.bench.figures import Figure, resident_mb
from app.bench.installation import Installation, installation
from app.bench.load import as_json, flat_out
from app.store.inbounds import DONE, Inbound

MESSAGES = 100_000
WARM = 10_000
CALLS = 50_000
ROUND_S = 10
LIMIT_S = 1500.0
TEXTS = ("帮助", "T恤还有吗", "HELP", "T")


def measure(database: str, count: int = MESSAGES) -> list[Figure]:
    """Resident megabytes of each process at the end, and the growth since the first tenth."""
    with installation(database) as made:
        web, worker = made.start_web(), made.start("worker")
        calls = [
            as_json("/simulator/inbound", brand="demo", phone=f"+8613{n:09d}", text=TEXTS[n % len(TEXTS)])
            for n in range(CALLS)
        ]
        warm: dict[str, float] = {}
        until = clock.monotonic() + LIMIT_S
        while (stored := _stored(made)) < count and clock.monotonic() < until:
            flat_out(made.port, calls, ROUND_S, made.settings.var, connections=8)
            if not warm and stored >= WARM:
                warm = {"web": resident_mb(web.pid), "worker": resident_mb(worker.pid)}
        _drain(made)
        figures = []
        for name, process in (("web", web), ("worker", worker)):
            resident = resident_mb(process.pid)
            what = f"{name} after {stored:,} messages"
            figures.append(Figure("memory", database, what, resident, "MB", 200, is_ceiling=True))
            grown = resident - warm.get(name, resident)
            figures.append(Figure("memory", database, f"{name}, growth since {WARM:,}", grown, "MB"))
    return figures


def _stored(made: Installation) -> int:
    with made.store() as store, store.read() as session:
        return session.scalar(select(func.count()).select_from(Inbound)) or 0


def _drain(made: Installation) -> None:
    """Lets the worker finish what has been stored, for at most five minutes."""
    pause, until = threading.Event(), clock.monotonic() + 300
    waiting = select(func.count()).where(Inbound.status != DONE, Inbound.status != "understanding")
    while clock.monotonic() < until:
        with made.store() as store, store.read() as session:
            if not session.scalar(waiting):
                return
        pause.wait(1.0)
