"""Dialogue: from a customer's text at the web to the reply in the provider's hands, by keyword and with the NLU."""

import threading
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, select

from app import clock
from app.bench.figures import Figure, percentile
from app.bench.installation import Installation, installation
from app.bench.load import Call, as_json, flat_out, steady
from app.nlu import Nlu
from app.store.inbounds import Inbound
from app.store.outbound.table import Outbound

SECONDS = 15
STEADY_RATE, STEADY_SECONDS = 100, 10
NLU_RATE, NLU_SECONDS = 20, 10
SUSTAINED = {"postgresql": 400.0}
"""The goal is for PostgreSQL; SQLite has one writer, whom web and worker share."""
KEYWORDS = ("帮助", "HELP")
SENTENCES = (
    "你们几点开门呀",
    "what time do you close",
    "停车方便吗",
    "我的快递到哪了",
    "could I talk to a person",
)
DRAIN_S = 60.0


def measure(database: str, *, with_nlu: bool = True) -> list[Figure]:
    """The sustained rate, and the waits at steady rates."""
    with installation(database) as made:
        made.start_web()
        made.start("worker")
        _settle()
        waits = _at_rate(made, _texts("s", STEADY_RATE * STEADY_SECONDS, KEYWORDS), STEADY_RATE)
        sustained = _sustained(made)
        p95 = 1000 * percentile(waits, 0.95)
        figures = [
            Figure(
                "dialogue",
                database,
                "keyword to reply, sustained",
                sustained,
                "a second",
                SUSTAINED.get(database),
            ),
            Figure(
                "dialogue",
                database,
                f"keyword p95 at {STEADY_RATE} a second",
                p95,
                "ms",
                300,
                is_ceiling=True,
            ),
        ]
        if with_nlu and _start_nlu(made):
            waits = _at_rate(made, _texts("n", NLU_RATE * NLU_SECONDS, SENTENCES), NLU_RATE)
            p95 = 1000 * percentile(waits, 0.95)
            what = f"with the NLU p95 at {NLU_RATE} a second"
            figures.append(Figure("dialogue", database, what, p95, "ms", 1000, is_ceiling=True))
    return figures


def _texts(run: str, count: int, words: tuple[str, ...]) -> list[Call]:
    """Each from another customer: what one person may be sent in an hour is limited."""
    prefix = {"s": "13", "n": "15", "m": "18"}[run]
    return [
        as_json(
            "/simulator/inbound",
            brand="demo",
            phone=f"+86{prefix}{number:09d}",
            text=words[number % len(words)],
        )
        for number in range(count)
    ]


def _at_rate(made: Installation, calls: list[Call], rate: float) -> list[float]:
    """Sorted seconds from storing a text to handing its reply over."""
    begun = clock.now()
    steady(made.port, calls, rate)
    return sorted(_waits(made, begun, len(calls)))


def _sustained(made: Installation) -> float:
    """Replies a second while texts come as fast as the web takes them, until the last is answered."""
    begun = clock.now()
    texts = _texts("m", 20_000, KEYWORDS)
    flat_out(made.port, texts, SECONDS, made.settings.var, connections=8)
    with made.store() as store, store.read() as session:
        stored = session.scalar(select(func.count()).where(Inbound.received_at >= begun)) or 0
    _waits(made, begun, stored)
    with made.store() as store, store.read() as session:
        last = session.scalar(select(func.max(Outbound.handed_at)).where(Outbound.created_at >= begun))
    if last is None:
        raise RuntimeError("no reply was handed over")
    return stored / (last - begun).total_seconds()


def _waits(made: Installation, begun: datetime, expected: int) -> Iterator[float]:
    """Waits until every text since `begun` has its reply handed over, and yields how long each took (seconds)."""
    pause, until = threading.Event(), clock.monotonic() + DRAIN_S
    replies = (
        select(Inbound.received_at, func.min(Outbound.handed_at))
        .join(Outbound, Outbound.inbound_id == Inbound.id)
        .where(Inbound.received_at >= begun, Outbound.handed_at.is_not(None))
        .group_by(Inbound.id, Inbound.received_at)
    )
    with made.store() as store:
        while True:
            with store.read() as session:
                rows = session.execute(replies).all()
            if len(rows) >= expected:
                break
            if clock.monotonic() > until:
                raise RuntimeError(f"only {len(rows)} of {expected} texts were answered")
            pause.wait(0.25)
    for received_at, handed_at in rows:
        if handed_at is not None:
            yield (handed_at - received_at).total_seconds()


def _start_nlu(made: Installation) -> bool:
    """Starts the language server on the trained model, where there is one."""
    made.start("nlu")
    nlu, pause = Nlu(made.settings.nlu_url), threading.Event()
    until = clock.monotonic() + 90
    while not nlu.is_up():
        if clock.monotonic() > until or made.processes[-1].poll() is not None:
            nlu.close()
            return False
        pause.wait(0.5)
    nlu.close()
    return True


def _settle() -> None:
    """Lets imports and first connections end before anything is timed."""
    threading.Event().wait(3.0)
