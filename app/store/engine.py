"""Opening the database: SQLite tuned for one machine, or PostgreSQL, behind the same sessions."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.orm import Session, sessionmaker

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA recursive_triggers=ON",
    "PRAGMA busy_timeout={busy_ms}",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-32000",
)
SELDOM = "PRAGMA wal_autocheckpoint=20000"
"""Pages of 4 KiB in the log before they go to SQLite's file, in work whose pages lie all over it: the usual 1,000 make
it write and flush there with nearly every batch."""


def open_engine(url: str, *, pool_size: int = 8, busy_ms: int = 5000) -> Engine:
    """An engine for `url`; `busy_ms` is how long a writer waits for another one (milliseconds)."""
    if url.startswith("sqlite"):
        return _open_sqlite(url, pool_size, busy_ms)
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        hide_parameters=True,  # a traceback in the logs shows nobody's phone
        pool_pre_ping=True,
        pool_timeout=busy_ms / 1000,
        connect_args={"connect_timeout": 3, "options": f"-c timezone=UTC -c lock_timeout={busy_ms}"},
    )


def _open_sqlite(url: str, pool_size: int, busy_ms: int) -> Engine:
    file = Path(make_url(url).database or "")
    if file.parent.is_dir() and not file.exists():
        file.touch(mode=0o600)  # whoever asks first, what is in it is its owner's alone
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        hide_parameters=True,  # a traceback in the logs shows nobody's phone
        connect_args={"timeout": busy_ms / 1000, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def tune(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        for pragma in SQLITE_PRAGMAS:
            connection.execute(pragma.format(busy_ms=busy_ms))

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        options = connection.get_execution_options()
        if options.get("is_bulk", False):
            connection.exec_driver_sql(SELDOM)
        connection.exec_driver_sql("BEGIN" if options.get("is_reading", False) else "BEGIN IMMEDIATE")

    return engine


class Store:
    """The one way to a session; a block of `write` is a transaction, a block of `read` changes nothing."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._sessions = sessionmaker(engine, expire_on_commit=False)
        self._bulk_writers = sessionmaker(engine.execution_options(is_bulk=True), expire_on_commit=False)
        self._readers = sessionmaker(engine.execution_options(is_reading=True), expire_on_commit=False)

    @property
    def is_sqlite(self) -> bool:
        """Whether one writer at a time is the rule."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction: committed at the end of the block, rolled back by any exception."""
        with self._sessions.begin() as session:
            yield session

    @contextmanager
    def write_in_bulk(self) -> Iterator[Session]:
        """The same for one of very many batches; the connection stays tuned for that."""
        with self._bulk_writers.begin() as session:
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that takes no write lock and keeps nothing."""
        with self._readers() as session:
            yield session
            session.rollback()

    def close(self) -> None:
        """Gives the connections back."""
        self.engine.dispose()
