"""Which clock leads: the holder of a PostgreSQL advisory lock, or of a file lock beside SQLite."""

from pathlib import Path
from typing import Any, Protocol

import structlog
from filelock import FileLock, Timeout
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

log = structlog.get_logger(__name__)

LOCK_KEY = 0x68756978696E  # "huixin"


class Leadership(Protocol):
    """Asked before every tick."""

    def is_mine(self) -> bool:
        """Whether this process leads now; takes the lead where nobody has it."""

    def resign(self) -> None:
        """Lets another one lead."""


class FileLeadership:
    """A lock file beside the SQLite database; the kernel frees it with the process."""

    def __init__(self, path: Path) -> None:
        self._lock = FileLock(path, thread_local=False)  # the process leads, whichever thread asks

    def is_mine(self) -> bool:
        """Whether the lock is held, or could be taken at once."""
        if self._lock.is_locked:
            return True
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            return False
        return True

    def resign(self) -> None:
        """Frees the lock."""
        self._lock.release()


class AdvisoryLeadership:
    """A session lock on a connection of its own, with short keepalives both ways: a dead leader is soon noticed."""

    def __init__(self, url: str) -> None:
        keepalives = {
            "keepalives": 1,
            "keepalives_idle": 3,
            "keepalives_interval": 1,
            "keepalives_count": 3,
            "connect_timeout": 3,
            "application_name": "huixin-clock",
            "options": " ".join(f"-c tcp_keepalives_{name}" for name in ("idle=3", "interval=1", "count=3")),
        }
        self._engine: Engine = create_engine(url, poolclass=NullPool, connect_args=keepalives)
        self._connection: Any = None

    def is_mine(self) -> bool:
        """Asks the database itself: a lost connection has lost the lock."""
        try:
            if self._connection is not None:
                self._connection.execute(text("SELECT 1"))
                return True
            connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            if connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": LOCK_KEY}).scalar():
                self._connection = connection
                return True
            connection.close()
        except DBAPIError as error:
            log.warning("the lead could not be checked", error=type(error).__name__)
            self._drop()
        return False

    def resign(self) -> None:
        """Closes the connection, and the lock with it."""
        self._drop()

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except DBAPIError:
                connection.invalidate()


def leadership(engine: Engine) -> Leadership:
    """The kind of lead that fits the database."""
    if engine.dialect.name != "sqlite":
        return AdvisoryLeadership(engine.url.render_as_string(hide_password=False))
    database = engine.url.database
    return FileLeadership(Path(f"{database}.clock"))
