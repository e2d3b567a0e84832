"""Stores deliveries that come at the same time in one transaction: one commit to disk for all who wait for it."""

import contextlib
import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeGuard

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.usecases.parts import Parts
from app.usecases.receive import Delivery, Received, receive

MOST = 64
"""Deliveries in a transaction, and items in all of them."""
FEW = 4
CONTENDED = ("40P01", "40001")
"""PostgreSQL's codes for a transaction that lost to another one: a deadlock, a conflict. A lock that was not had in
time is none of them: who waits for that again is answered too late."""
CUT_OFF = ("08", "53", "57P")
"""PostgreSQL's classes of codes for a server that takes no connection, or has ended this one."""
AWAY = (OperationalError, InterfaceError, PoolTimeout)
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
        """Stores the delivery soon and then calls `done`, from the writing thread, which it must not hold up.

        A large one is stored piece by piece, each behind what has come meanwhile. Where a piece fails, `done` is told
        the error: what was stored before is known when the provider repeats the delivery.
        """
        first, *others = delivery.pieces()
        self._enqueue(
            _Waiting(first, partial(self._go_on, deque(others), Received(), done) if others else done)
        )

    def _go_on(
        self, others: deque[Delivery], before: Received, done: Callable[[Stored], None], stored: Stored
    ) -> None:
        if isinstance(stored, Exception):
            done(stored)
            return
        so_far = before + stored
        if others:
            self._enqueue(_Waiting(others.popleft(), partial(self._go_on, others, so_far, done)))
        else:
            done(so_far)

    def _enqueue(self, waiting: _Waiting) -> None:
        with self._lock:
            self._queue.append(waiting)
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
                batch = self._next()
                self._is_writing = bool(batch)
            if not batch:
                return
            results = self._store([one.delivery for one in batch])
            for one, stored in zip(batch, results, strict=True):
                _tell(one, stored)
            with contextlib.suppress(Exception):  # a full disk under the log keeps nobody waiting
                _log([one.delivery for one in batch], results)
            last = results[-1]
            if _is_away(last):
                self._turn_away(last)

    def _next(self) -> list[_Waiting]:
        batch, items = list[_Waiting](), 0
        while self._queue and (not batch or items + self._queue[0].delivery.items <= MOST):
            batch.append(self._queue.popleft())
            items += max(batch[-1].delivery.items, 1)
        return batch

    def _turn_away(self, error: Exception) -> None:
        """Who waits hears at once that the database is away: batch after batch would each wait for it in vain."""
        with self._lock:
            waiting = list(self._queue)
            self._queue.clear()
        for one in waiting:
            _tell(one, error)

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
        except AWAY as error:  # for everybody
            return [error] * len(deliveries)
        except Exception as error:
            return [error] if len(deliveries) == 1 else self._store_each(deliveries)
        return list(results)

    def _store_each(self, deliveries: list[Delivery]) -> list[Stored]:
        """Each alone, until the database is away."""
        told: list[Stored] = []
        for delivery in deliveries:
            told += self._store([delivery])
            last = told[-1]
            if _is_away(last):
                return told + [last] * (len(deliveries) - len(told))
        return told


def _is_away(stored: Stored) -> TypeGuard[Exception]:
    """Whether the connection itself was not to be had: a lock that was not had in time says nothing of the next one."""
    if not isinstance(stored, OperationalError):
        return isinstance(stored, AWAY)
    state = getattr(stored.orig, "sqlstate", None)
    is_lost = state is None or state.startswith(CUT_OFF)
    return is_lost and not isinstance(stored.orig, sqlite3.OperationalError)


def _is_contended(error: OperationalError) -> bool:
    return getattr(error.orig, "sqlstate", None) in CONTENDED


def _tell(one: _Waiting, stored: Stored) -> None:
    try:
        one.done(stored)
    except Exception:  # who waits has gone: that is no reason to keep the others waiting
        log.exception("nobody heard what became of a delivery", trace_id=one.delivery.trace_id)


def _log(deliveries: list[Delivery], results: list[Stored]) -> None:
    """One line a batch: a line a delivery cost a tenth of it. The trace ids are those of the stored messages."""
    stored = [
        (one, told) for one, told in zip(deliveries, results, strict=True) if isinstance(told, Received)
    ]
    if not stored:
        return
    log.info(
        "deliveries stored",
        channels=sorted({one.channel.name for one, _ in stored}),
        traces=[one.trace_id for one, _ in stored],
        inbound=sum(len(told.inbound_ids) for _, told in stored),
        duplicates=sum(told.duplicates for _, told in stored),
        receipts=sum(told.receipts for _, told in stored),
        quarantined=sum(told.quarantined for _, told in stored),
    )
