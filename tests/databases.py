"""Fixtures: every database test runs on SQLite and on PostgreSQL, each in a database of its own.

`database_url` and `engine` hold all tables; `empty_database_url` holds none, for migrations; `redis_url`
is None once, and a Redis once. What is not found is skipped by name with the way to get it, and fails in CI.
"""

import base64
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import NoReturn

import pytest
import redis
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from app.store import encryption, schema
from app.store.engine import open_engine

POSTGRES_URL = make_url(
    os.environ.get("HUIXIN_TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
)
REDIS_URL = os.environ.get("HUIXIN_TEST_REDIS_URL", "redis://127.0.0.1:6379")
PREFIX = "huixin_test_"
KEYRING = encryption.Keyring(
    encryption_keys=(base64.urlsafe_b64encode(bytes(32)).decode(),),
    hash_key="tests" * 8,
    signing_key="5e" * 32,
)
_numbers = itertools.count()


def lacking(what: str, mend: str) -> NoReturn:
    """Skip the test by name, telling how to get what it lacks; in CI nothing may be lacking."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} was not found: {mend}", pytrace=False)
    pytest.skip(f"{what} was not found: {mend}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Drop the database that this process made."""
    if _postgres_with_tables.cache_info().currsize and (url := _postgres_with_tables()):
        _administer(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Yield the address of a database with every table and no row."""
    if request.param == "sqlite":
        with _quick_folder(tmp_path) as folder:
            shutil.copy(_sqlite_template(request), folder / "huixin.db")
            yield f"sqlite:///{folder / 'huixin.db'}"
        return
    url = _postgres_with_tables()
    if url is None:
        _lacks_postgres()
    _empty(url)
    yield url


@contextmanager
def _quick_folder(otherwise: Path) -> Iterator[Path]:
    """A folder in memory, where there is one: a thousand tests wait for the disk longer than for all else."""
    if not os.access("/dev/shm", os.W_OK):
        yield otherwise
        return
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir="/dev/shm") as folder:
        yield Path(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Yield the address of a fresh database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'huixin.db'}"
        return
    if not _has_postgres():
        _lacks_postgres()
    yield from _postgres_database("template1")


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Yield an engine on a fresh database with every table, with the tests' keys installed."""
    encryption.install(KEYRING)
    opened = open_engine(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def unmeasured_engine(empty_database_url: str) -> Iterator[Engine]:
    """Yield an engine on a database of its own that has no statistics, and gathers none by itself."""
    encryption.install(KEYRING)
    opened = open_engine(empty_database_url)
    schema.create_all(opened)
    if opened.dialect.name == "postgresql":
        with opened.begin() as connection:
            for table in schema.metadata().tables:
                connection.execute(text(f"ALTER TABLE {table} SET (autovacuum_enabled = false)"))
    yield opened
    opened.dispose()


@pytest.fixture(params=["without_redis", "with_redis"])
def redis_url(request: pytest.FixtureRequest, worker_id: str) -> Iterator[str | None]:
    """Yield None, then the address of a Redis database of this worker's own, without any of our keys."""
    if request.param == "without_redis":
        yield None
        return
    url = f"{REDIS_URL}/{15 - int(worker_id.removeprefix('gw').replace('master', '0')) % 15}"
    with redis.Redis.from_url(url, socket_connect_timeout=2) as connection:
        try:
            _forget(connection)
        except redis.ConnectionError:
            lacking("Redis", "apt-get install redis-server, or set HUIXIN_TEST_REDIS_URL")
        yield url
        _forget(connection)


def _forget(connection: redis.Redis) -> None:
    for key in connection.scan_iter("huixin:*", count=1000):
        connection.delete(key)


def _lacks_postgres() -> NoReturn:
    address = POSTGRES_URL.render_as_string(hide_password=True)
    lacking(f"PostgreSQL at {address}", "apt-get install postgresql, or set HUIXIN_TEST_POSTGRES_URL")


@cache
def _sqlite_template_at(path: Path) -> Path:
    made = open_engine(f"sqlite:///{path}")
    schema.create_all(made)
    with made.connect() as connection:
        connection.rollback()
        connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
    made.dispose()
    return path


def _sqlite_template(request: pytest.FixtureRequest) -> Path:
    factory: pytest.TempPathFactory = request.getfixturevalue("tmp_path_factory")
    return _sqlite_template_at(factory.getbasetemp() / "template.db")


@cache
def _has_postgres() -> bool:
    try:
        found = _administer("SELECT datname FROM pg_database WHERE datname LIKE :prefix", prefix=f"{PREFIX}%")
    except OperationalError:
        return False
    for name in found:
        pid = name.removeprefix(PREFIX).split("_")[0]
        if not (pid.isdigit() and Path(f"/proc/{pid}").exists()):  # a killed run left it behind
            _administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    return True


@cache
def _postgres_with_tables() -> str | None:
    """This process's database with every table, made once: making one takes longer than most tests."""
    if not _has_postgres():
        return None
    name = f"{PREFIX}{os.getpid()}_tables"
    _administer(f'CREATE DATABASE "{name}"')
    _administer(f'ALTER DATABASE "{name}" SET synchronous_commit TO off')
    url = POSTGRES_URL.set(database=name).render_as_string(hide_password=False)
    made = open_engine(url)
    schema.create_all(made)
    made.dispose()
    return url


def _empty(url: str) -> None:
    """Deletes every row, after whoever a test has left behind has been shown out."""
    tables = ", ".join(f"'{name}'" for name in schema.metadata().tables)
    made = create_engine(url, isolation_level="AUTOCOMMIT")
    with made.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
        connection.execute(text("SET session_replication_role = replica"))
        connection.execute(
            text(
                f"DO $$ DECLARE name text; is_used boolean; BEGIN FOREACH name IN ARRAY ARRAY[{tables}] LOOP"
                " EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I)', name) INTO is_used;"
                " IF is_used THEN EXECUTE format('DELETE FROM %I', name); END IF; END LOOP; END $$"
            )
        )
    made.dispose()


def _postgres_database(template: str) -> Iterator[str]:
    name = f"{PREFIX}{os.getpid()}_{next(_numbers)}"
    _administer(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    yield POSTGRES_URL.set(database=name).render_as_string(hide_password=False)
    _administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _administer(statement: str, **values: str) -> list[str]:
    server = create_engine(POSTGRES_URL, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3})
    try:
        with server.connect() as connection:
            found = connection.execute(text(statement), values)
            return [row[0] for row in found] if found.returns_rows else []
    finally:
        server.dispose()
