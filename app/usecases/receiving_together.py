"""Stores deliveries that come at the same time in one transaction: one commit to disk for all who wait for it."""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.usecases.parts import Parts
from app.usecases.receive import Delivery, Received, receive

MOST = 64
FEW = 4
CONTENDED = ("40P01", "40001")
"""PostgreSQL's codes for a transaction that lost to another one: a deadlock, a conflict. A lock that was not had in
time is none of them: who waits for that again is answered too late."""
TRIES = 3
LINGERS_S = 0.003
"""After a commit of more than a few, the next waits for company: a commit of 12 costs little more than one of 8."""
log = structlog.get_logger(__name__)

Stored = Received | Exception
"""What became of a delivery, or the error that kept it from being stored."""


@dataclass(slots=True)
class _Waiting:
    delivery: Delivery
    done: Callable[[Stored], None]


class Reception:
    """One a process. It writes what has come as soon as it has written what came before."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._lock = threading.Lock()
        self._queue: deque[_Waiting] = deque()
        self._is_writing = False
        self._pause = threading.Event()
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="reception")

    def take(self, delivery: Delivery) -> Received:
        """Stores the delivery and returns what became of it; raises what `receive` raises."""
        stored: Future[Stored] = Future()
        self.hand_in(delivery, stored.set_result)
        result = stored.result()
        if isinstance(result, Exception):
            raise result
        return result

    def hand_in(self, delivery: Delivery, done: Callable[[Stored], None]) -> None:
        """Stores the delivery soon and then calls `done`, from the writing thread, which it must not hold up."""
        with self._lock:
            self._queue.append(_Waiting(delivery, done))
            is_writing, self._is_writing = self._is_writing, True
        if not is_writing:
            self._writer.submit(self._write)

    def _write(self) -> None:
        """Writes batch after batch until nothing waits."""
        batch: list[_Waiting] = []
        while True:
            if len(batch) > FEW:
                self._pause.wait(LINGERS_S)
            with self._lock:
                batch = [self._queue.popleft() for _ in range(min(MOST, len(self._queue)))]
                self._is_writing = bool(batch)
            if not batch:
                return
            for one, stored in zip(batch, self._store([one.delivery for one in batch]), strict=True):
                _tell(one, stored)

    def _receive(self, deliveries: list[Delivery]) -> list[Received]:
        """Once more where the transaction only lost to another: a provider may never repeat what is refused."""
        for _ in range(TRIES - 1):
            try:
                return receive(self._parts, deliveries, self._parts.now())
            except OperationalError as error:
                if not _is_contended(error):
                    raise
                log.warning("deliveries are stored once more", deliveries=len(deliveries))
        return receive(self._parts, deliveries, self._parts.now())

    def _store(self, deliveries: list[Delivery]) -> list[Stored]:
        """All together; where that fails, each alone, so that one bad delivery costs no neighbour."""
        try:
            results = self._receive(deliveries)
        except (OperationalError, InterfaceError, PoolTimeout) as error:  # the database is away for everybody
            return [error] * len(deliveries)
        except Exception as error:
            if len(deliveries) == 1:
                return [error]
            return [stored for one in deliveries for stored in self._store([one])]
        _log(deliveries, results)
        return list(results)


def _is_contended(error: OperationalError) -> bool:
    return getattr(error.orig, "sqlstate", None) in CONTENDED


def _tell(one: _Waiting, stored: Stored) -> None:
    try:
        one.done(stored)
    except Exception:  # who waits has gone: that is no reason to keep the others waiting
        log.exception("nobody heard what became of a delivery", trace_id=one.delivery.trace_id)


def _log(deliveries: list[Delivery], results: list[Received]) -> None:
    """One line a commit: a line a delivery cost a tenth of it. The trace ids are those of the stored messages."""
    log.info(
        "deliveries stored",
        channels=sorted({one.channel.name for one in deliveries}),
        traces=[one.trace_id for one in deliveries],
        inbound=sum(len(result.inbound_ids) for result in results),
        duplicates=sum(result.duplicates for result in results),
        receipts=sum(result.receipts for result in results),
        quarantined=sum(result.quarantined for result in results),
    )
