"""The database itself refuses to change or remove a ledger's row, but to seal it or, past a checkpoint, to prune it."""

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from app.store import append_only, migrating
from app.store.engine import open_engine
from app.store.ledgers import LEDGERS
from app.store.schema import metadata
from app.usecases import audit
from app.usecases.seal_ledgers import seal_all
from tests.usecases.shop import LI, Shop

TABLES = [*sorted(LEDGERS), "seals"]


@pytest.fixture(params=["before", "after"])
def written(shop: Shop, request: pytest.FixtureRequest) -> Shop:
    """A shop with a row in every ledger, before and after the next ones are sealed."""
    shop.texts(LI, "T")
    shop.works()
    with shop.parts.store.write() as session:
        audit.note(session, "ann", "customer.reveal", "customer", "x", shop.clock())
    seal_all(shop.parts, shop.clock())
    if request.param == "before":
        shop.texts(LI, "订阅")
        shop.works()
    return shop


def refused(engine: Engine, statement: str) -> bool:
    try:
        with engine.begin() as connection:
            connection.execute(text(statement))
    except IntegrityError as error:
        return "is append-only" in str(error.orig)
    return False


@pytest.mark.parametrize("table", TABLES)
def test_no_column_of_any_row_can_be_changed(written: Shop, engine: Engine, table: str) -> None:
    columns = metadata().tables[table].columns
    changes = [f"{column.name} = {_other(column.name, str(column.type))}" for column in columns]
    assert [change for change in changes if not refused(engine, f"UPDATE {table} SET {change}")] == []


def _other(name: str, kind: str) -> str:
    if name in ("id", "first_id", "last_id") or "UUID" in kind.upper() or "CHAR(32)" in kind.upper():
        return "'00000000000000000000000000000009'"
    if name in ("evidence", "digest", "previous", "signature", "ids", "ids_digest", "rows_digest"):
        return "NULL"
    if name == "at":
        return "'2020-01-01 00:00:00.000000'"
    if name in ("sequence", "count"):
        return "99"
    return "'[1]'"


@pytest.mark.parametrize("table", TABLES)
def test_no_row_can_be_removed(written: Shop, engine: Engine, table: str) -> None:
    assert refused(engine, f"DELETE FROM {table}")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("table", TABLES)
def test_no_ledger_can_be_emptied(written: Shop, engine: Engine, table: str) -> None:
    assert refused(engine, f"TRUNCATE {table}")


def test_migrations_guard_the_ledgers_as_the_code_does(empty_database_url: str, engine: Engine) -> None:
    migrating.upgrade(empty_database_url)
    migrated = open_engine(empty_database_url)
    guarded = guards(migrated)
    migrated.dispose()
    assert len(guarded) == 2 * (len(LEDGERS) + 2)
    if migrated.dialect.name == engine.dialect.name:
        assert guarded == guards(engine)


def guards(engine: Engine) -> set[tuple[str, str]]:
    held = (
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        if engine.dialect.name == "sqlite"
        else "SELECT tgname, pg_get_triggerdef(pg_trigger.oid) || prosrc FROM pg_trigger"
        " JOIN pg_proc ON pg_proc.oid = tgfoid WHERE NOT tgisinternal"
    )
    with engine.connect() as connection:
        return {(row[0], row[1]) for row in connection.execute(text(held))}


def test_these_are_the_ledgers() -> None:
    assert {table.name for table in append_only.ledgers(metadata())} == set(LEDGERS)
    assert set(LEDGERS) == {"audit", "consent_events", "decisions"}
