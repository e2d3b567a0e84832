"""Set-based writing that both databases share: insert-or-ignore and updates of many rows by key.

What is about a person is sealed here: a row with such a value says by `customer_id` whose it is.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import repeat
from typing import Any

from sqlalchemy import CursorResult, Dialect, LargeBinary, Result, String, Uuid, bindparam, update
from sqlalchemy import Table as CoreTable
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from app.store.columns import Encrypted, EncryptedJson, PlainJson, WrappedKey
from app.store.personal import Personal, seal_rows
from app.store.tables import Table


def insert_ignoring(
    session: Session, table: type[Table], rows: Sequence[Mapping[str, Any]], keys: Sequence[str]
) -> None:
    """Inserts rows; one whose `keys` exist already is left as it is."""
    if not rows:
        return
    statement = _ignoring(session.get_bind().dialect.name, table, tuple(keys))
    session.connection().execute(statement, seal_rows(session, core(table), rows))


def insert_new(
    session: Session,
    table: type[Table],
    rows: Sequence[Mapping[str, Any]],
    keys: Sequence[str],
    returning: str,
) -> set[Any]:
    """Inserts rows and returns the `returning` values of those that were not there yet, by any key where `keys` names
    none."""
    if not rows:
        return set()
    statement = _ignoring(session.get_bind().dialect.name, table, tuple(keys), returning)
    return set(session.connection().execute(statement, seal_rows(session, core(table), rows)).scalars())


@cache
def _ignoring(dialect: str, table: type[Table], keys: tuple[str, ...], returning: str | None = None) -> Any:
    """The statement, built once: building one takes longer than running it."""
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = insert(table.__table__).on_conflict_do_nothing(index_elements=keys or None)  # type: ignore[arg-type]
    return statement if returning is None else statement.returning(table.__table__.c[returning])


def insert_all(session: Session, table: type[Table], rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts rows; a clash of keys raises IntegrityError."""
    if rows:
        session.connection().execute(core(table).insert(), seal_rows(session, core(table), rows))


@dataclass(frozen=True, slots=True)
class ReadyRows:
    """Rows as the driver takes them: what that costs is spent before a transaction keeps others waiting."""

    table: str
    names: tuple[str, ...]
    values: Sequence[tuple[Any, ...]]


def made_ready(
    dialect: Dialect, table: type[Table], count: int, each: Mapping[str, Sequence[Any]], **same: Any
) -> ReadyRows:
    """So many rows of a table: `each` has a value a row by column, `same` one for all. A key may be 32 digits."""
    held, filled = table.__table__.c, list[Iterable[Any]]()
    for name, values in each.items():
        write = _writer(held[name].type, dialect)
        filled.append(values if write is None else _each_once(write, values))
    for name, value in same.items():
        write = _writer(held[name].type, dialect)
        filled.append(repeat(value if write is None else write(value), count))
    return ReadyRows(table.__tablename__, (*each, *same), list(zip(*filled, strict=False)))


def insert_ready(session: Session, ready: ReadyRows) -> None:
    """Inserts rows that were made ready; a clash of keys raises IntegrityError."""
    if not ready.values:
        return
    connection, names = session.connection(), ", ".join(f'"{name}"' for name in ready.names)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(ready.names))
        insertion = f"INSERT INTO {ready.table} ({names}) VALUES ({marks})"  # noqa: S608 - our tables and columns
        connection.exec_driver_sql(insertion, list(ready.values))
        return
    statement, driver = f"COPY {ready.table} ({names}) FROM STDIN", connection.dialect.loaded_dbapi.Error
    try:
        with connection.connection.cursor().copy(statement) as copy:
            for row in ready.values:
                copy.write_row(row)
    except driver as error:
        raise DBAPIError.instance(statement, None, error, driver, hide_parameters=True) from error


def _each_once(write: Callable[[Any], Any], values: Sequence[Any]) -> list[Any]:
    """What the driver is given for each value; a value that stands in many rows is written once."""
    written = dict[int, Any]()
    for value in values:
        if id(value) not in written:
            written[id(value)] = write(value)
    return [written[id(value)] for value in values]


def _writer(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """How a value of this type is written; None: as it is."""
    if isinstance(kind, LargeBinary | String | WrappedKey):
        return None
    if isinstance(kind, Encrypted | EncryptedJson | Personal):
        return partial(kind.process_bind_param, dialect=dialect)
    if isinstance(kind, Uuid):
        return lambda value: getattr(value, "hex", value)
    if isinstance(kind, PlainJson):
        return json.dumps
    return kind.dialect_impl(dialect).bind_processor(dialect)


def core(table: type[Table]) -> CoreTable:
    """The table as Core statements take it."""
    return table.__table__  # type: ignore[return-value]


def rows_changed(done: Result[Any]) -> int:
    """How many rows a statement has changed."""
    return done.rowcount if isinstance(done, CursorResult) else 0


def update_all(
    session: Session, table: type[Table], rows: Sequence[Mapping[str, Any]], keys: tuple[str, ...] = ("id",)
) -> int:
    """Updates each row by its keys to the other values of its mapping; all mappings name the same columns.

    Rows are taken in the order of their keys, so that two transactions on the same rows never wait for each other.
    """
    if not rows:
        return 0
    statement = _update(table, keys, tuple(sorted(name for name in rows[0] if name not in keys)))
    in_order = sorted(
        seal_rows(session, core(table), rows), key=lambda row: tuple(str(row[name]) for name in keys)
    )
    named = [{f"_{name}": value for name, value in row.items()} for row in in_order]
    return rows_changed(session.connection().execute(statement, named))


@cache
def _update(table: type[Table], keys: tuple[str, ...], columns: tuple[str, ...]) -> Any:
    held = table.__table__.c
    return (
        update(table.__table__)  # type: ignore[arg-type]
        .where(*[held[name] == bindparam(f"_{name}") for name in keys])
        .values({name: bindparam(f"_{name}", type_=held[name].type) for name in columns})
    )
