"""Stores deliveries that come at the same time in one transaction: one commit to disk for all who wait for it."""

import threading
from collections import deque
from dataclasses import dataclass, field

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.usecases.parts import Parts
from app.usecases.receive import Delivery, Received, receive

MOST = 64
log = structlog.get_logger(__name__)


def _held() -> threading.Lock:
    lock = threading.Lock()
    lock.acquire()
    return lock


@dataclass(slots=True)
class _Waiting:
    """One delivery and the thread that waits for it: it sleeps on `turn`, the cheapest thing to be woken by."""

    delivery: Delivery
    turn: threading.Lock = field(default_factory=_held)
    result: Received | None = None
    error: BaseException | None = None
    leads: bool = False


class Reception:
    """One a process. Whoever comes while nobody writes, writes at once; who comes meanwhile shares the next write."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._lock = threading.Lock()
        self._queue: deque[_Waiting] = deque()
        self._is_writing = False

    def take(self, delivery: Delivery) -> Received:
        """Stores the delivery and returns what became of it; raises what `receive` raises."""
        mine = _Waiting(delivery)
        with self._lock:
            self._queue.append(mine)
            mine.leads = not self._is_writing
            self._is_writing = True
        if not mine.leads:
            mine.turn.acquire()
        if mine.result is None and mine.error is None:
            self._write()
        if mine.error is not None:
            raise mine.error
        if mine.result is None:
            raise RuntimeError("the delivery was not stored")
        return mine.result

    def _write(self) -> None:
        """Writes one batch, tells its owners, and passes the lead to whoever has come meanwhile."""
        with self._lock:
            batch = [self._queue.popleft() for _ in range(min(MOST, len(self._queue)))]
        try:
            self._store(batch)
        finally:
            with self._lock:
                following = self._queue[0] if self._queue else None
                self._is_writing = following is not None
            if following is not None:
                following.turn.release()
            for one in batch:
                one.turn.release()

    def _store(self, batch: list[_Waiting]) -> None:
        """All together; where that fails, each alone, so that one bad delivery costs no neighbour."""
        now = self._parts.now()
        try:
            results = receive(self._parts, [one.delivery for one in batch], now)
            for one, result in zip(batch, results, strict=True):
                one.result = result
            _log(batch, results)
        except (OperationalError, InterfaceError, PoolTimeout) as error:  # the database is away for everybody
            for one in batch:
                one.error = error
        except Exception as error:
            if len(batch) == 1:
                batch[0].error = error
                return
            for one in batch:
                self._store([one])


def _log(batch: list[_Waiting], results: list[Received]) -> None:
    """One line a commit: a line a delivery cost a tenth of it. The trace ids are those of the stored messages."""
    log.info(
        "deliveries stored",
        channels=sorted({one.delivery.channel.name for one in batch}),
        traces=[one.delivery.trace_id for one in batch],
        inbound=sum(len(result.inbound_ids) for result in results),
        duplicates=sum(result.duplicates for result in results),
        receipts=sum(result.receipts for result in results),
        quarantined=sum(result.quarantined for result in results),
    )
