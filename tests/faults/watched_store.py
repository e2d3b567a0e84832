"""A store that knows when its commits were begun and done, and a clock at which marketing may go."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from app.store.engine import Store, open_engine

NOON = datetime(2026, 7, 1, 4, 0, tzinfo=UTC)
"""12:00 in Shanghai."""


class WatchedStore(Store):
    """Knows when the last commit of this thread was begun and done, in monotonic seconds."""

    def __init__(self, url: str) -> None:
        super().__init__(open_engine(url, busy_ms=30_000))
        self.last = threading.local()

    @contextmanager
    def write(self) -> Iterator[Session]:
        with super().write() as session:
            yield session
            self.last.begun = time.monotonic()
        self.last.done = time.monotonic()


def since(started: float) -> Callable[[], datetime]:
    """A clock that began at noon in Shanghai, when marketing may go."""
    return lambda: NOON + timedelta(seconds=time.monotonic() - started)
