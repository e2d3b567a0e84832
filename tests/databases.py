"""Fixtures: every database test runs on SQLite and on PostgreSQL, each in a database of its own.

`database_url` and `engine` hold all tables; `empty_database_url` holds none, for migrations; `redis_url`
is None once, and a Redis once. What is not found is skipped by name with the way to get it, and fails in CI.
"""

import base64
import itertools
import os
import shutil
from collections.abc import Iterator
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
    encryption_keys=(base64.urlsafe_b64encode(bytes(32)).decode(),), hash_key="tests" * 8
)
_numbers = itertools.count()


def lacking(what: str, mend: str) -> NoReturn:
    """Skip the test by name, telling how to get what it lacks; in CI nothing may be lacking."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} was not found: {mend}", pytrace=False)
    pytest.skip(f"{what} was not found: {mend}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Drop the template that this process made."""
    if _postgres_template.cache_info().currsize and (template := _postgres_template()):
        _administer(f'DROP DATABASE IF EXISTS "{template}" WITH (FORCE)')


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Yield the address of a fresh database with every table."""
    if request.param == "sqlite":
        shutil.copy(_sqlite_template(request), tmp_path / "huixin.db")
        yield f"sqlite:///{tmp_path / 'huixin.db'}"
        return
    template = _postgres_template()
    if template is None:
        _lacks_postgres()
    yield from _postgres_database(template)


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
def _postgres_template() -> str | None:
    if not _has_postgres():
        return None
    name = f"{PREFIX}{os.getpid()}_template"
    _administer(f'CREATE DATABASE "{name}"')
    made = open_engine(POSTGRES_URL.set(database=name).render_as_string(hide_password=False))
    schema.create_all(made)
    made.dispose()
    return name


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
