"""Set-based writing that both databases share: insert-or-ignore and updates of many rows by key."""

from collections.abc import Mapping, Sequence
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
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    session.execute(insert(table.__table__).on_conflict_do_nothing(index_elements=keys), list(rows))  # type: ignore[arg-type]


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
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = (
        insert(table.__table__)  # type: ignore[arg-type]
        .values(list(rows))
        .on_conflict_do_nothing(index_elements=keys)
        .returning(table.__table__.c[returning])
    )
    return set(session.scalars(statement))


def insert_all(session: Session, table: type[Table], rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts rows; a clash of keys raises IntegrityError."""
    if rows:
        session.execute(table.__table__.insert(), list(rows))  # type: ignore[attr-defined]


def rows_changed(done: Result[Any]) -> int:
    """How many rows a statement has changed."""
    return done.rowcount if isinstance(done, CursorResult) else 0


def update_all(
    session: Session, table: type[Table], rows: Sequence[Mapping[str, Any]], key: str = "id"
) -> int:
    """Updates each row by its key to the other values of its mapping; all mappings name the same columns."""
    if not rows:
        return 0
    columns = [name for name in rows[0] if name != key]
    statement = (
        update(table.__table__)  # type: ignore[arg-type]
        .where(table.__table__.c[key] == bindparam(f"_{key}"))
        .values({name: bindparam(f"_{name}", type_=table.__table__.c[name].type) for name in columns})
    )
    done = session.connection().execute(
        statement, [{f"_{name}": value for name, value in row.items()} for row in rows]
    )
    return rows_changed(done)
