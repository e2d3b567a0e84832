"""Set-based writing that both databases share: insert-or-ignore and updates of many rows by key."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import CursorResult, Result, bindparam, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.store.tables import Table


def insert_ignoring(
    session: Session, table: type[Table], rows: Sequence[Mapping[str, Any]], keys: Sequence[str]
) -> None:
    """Inserts rows; one whose `keys` exist already is left as it is."""
    if not rows:
        return
    session.connection().execute(_ignoring(session.get_bind().dialect.name, table, tuple(keys)), list(rows))


def insert_new(
    session: Session,
    table: type[Table],
    rows: Sequence[Mapping[str, Any]],
    keys: Sequence[str],
    returning: str,
) -> set[Any]:
    """Inserts rows and returns the `returning` values of those that were not there yet."""
    if not rows:
        return set()
    statement = _ignoring(session.get_bind().dialect.name, table, tuple(keys), returning)
    return set(session.connection().execute(statement, list(rows)).scalars())


@cache
def _ignoring(dialect: str, table: type[Table], keys: tuple[str, ...], returning: str | None = None) -> Any:
    """The statement, built once: building one takes longer than running it."""
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = insert(table.__table__).on_conflict_do_nothing(index_elements=keys)  # type: ignore[arg-type]
    return statement if returning is None else statement.returning(table.__table__.c[returning])


def insert_all(session: Session, table: type[Table], rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts rows; a clash of keys raises IntegrityError."""
    if rows:
        session.connection().execute(table.__table__.insert(), list(rows))  # type: ignore[attr-defined]


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
    in_order = sorted(rows, key=lambda row: tuple(str(row[name]) for name in keys))
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
