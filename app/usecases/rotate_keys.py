"""Re-encrypts what is at rest under the newest key, in short batches, while everything else goes on.

A batch is read and re-encrypted first, and then written.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import LargeBinary, func, select, type_coerce

from app.store.columns import Encrypted, EncryptedJson, WrappedKey
from app.store.engine import Store
from app.store.replacing import Token, batches, replace
from app.store.schema import metadata

UNDER_THE_RING = Encrypted | EncryptedJson | WrappedKey
"""What is about a person is under that person's key, which alone is wrapped anew."""


def rotate(store: Store, tell: Callable[[str, int], None] = lambda table, done: None) -> dict[str, int]:
    """Moves every encrypted value to the newest key; returns rows by table. Safe to kill and to run again: what is
    under the newest key already is passed over.

    The old keys must stay in HUIXIN_ENCRYPTION_KEYS until this has ended; InvalidToken says that one is missing.
    """
    counts: dict[str, int] = {}
    for table in metadata().sorted_tables:
        columns = [column for column in table.columns if isinstance(column.type, UNDER_THE_RING)]
        if columns:
            counts[table.name] = _rotate_table(store, table, columns, tell)
    return counts


def _rotate_table(store: Store, table: Any, columns: list[Any], tell: Callable[[str, int], None]) -> int:
    """Walks the table by its key; a row that changes meanwhile is left to who changed it, with the newest key."""
    keys = list(table.primary_key.columns)
    raw = [type_coerce(column, LargeBinary).label(f"raw_{column.name}") for column in columns]
    done = 0
    for rows in batches(store, select(*keys, *raw), keys):
        fresh = {column: _rotated(len(keys), column, rows) for column in columns}
        if any(fresh.values()):
            with store.write_in_bulk() as session:
                for column, tokens in fresh.items():
                    replace(session, table, keys, column, tokens)
        done += len(rows)
        tell(table.name, done)
    return done


def _rotated(keys: int, column: Any, rows: Sequence[Any]) -> list[Token]:
    """The tokens that are not under the newest key yet, with what is to replace them."""
    told = []
    for row in rows:
        token = bytes(getattr(row, f"raw_{column.name}") or b"")
        if token and not column.type.is_rotated(token):
            told.append((tuple(row[:keys]), token, column.type.rotated(token)))
    return told


def count_rows(store: Store) -> int:
    """How many rows a rotation walks over."""
    total = 0
    with store.read() as session:
        for table in metadata().sorted_tables:
            if any(isinstance(column.type, UNDER_THE_RING) for column in table.columns):
                total += session.scalar(select(func.count()).select_from(table)) or 0
    return total
