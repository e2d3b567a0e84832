"""Migrations: they make the tables that the code has, and go down and up, on both databases."""

import logging
from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect

from app.store import migrating
from app.store.engine import open_engine
from app.store.schema import metadata


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    logging.getLogger("alembic").setLevel(logging.WARNING)
    yield
    logging.getLogger("alembic").setLevel(logging.NOTSET)


def differences(url: str) -> list[object]:
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            return list(compare_metadata(context, metadata()))
    finally:
        engine.dispose()


def tables(url: str) -> set[str]:
    engine = create_engine(url)
    try:
        return set(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def test_migrations_make_the_tables_of_the_code(empty_database_url: str) -> None:
    migrating.upgrade(empty_database_url)
    assert differences(empty_database_url) == []


def test_migrations_go_down_and_up_again(empty_database_url: str) -> None:
    migrating.upgrade(empty_database_url)
    made = tables(empty_database_url)
    migrating.downgrade(empty_database_url, "base")
    assert tables(empty_database_url) <= {"alembic_version"}
    migrating.upgrade(empty_database_url)
    assert tables(empty_database_url) == made
    assert differences(empty_database_url) == []


def test_migrating_twice_changes_nothing(empty_database_url: str) -> None:
    migrating.upgrade(empty_database_url)
    migrating.upgrade(empty_database_url)
    assert differences(empty_database_url) == []


def test_the_tables_of_tests_are_those_of_migrations(empty_database_url: str, database_url: str) -> None:
    migrating.upgrade(empty_database_url)
    assert tables(empty_database_url) - {"alembic_version"} == tables(database_url)
