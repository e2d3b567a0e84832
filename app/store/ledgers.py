"""The ledgers as the proof sees them: rows as they are stored, encrypted values unread, with the digests they need."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    LargeBinary,
    RowMapping,
    Text,
    bindparam,
    cast,
    delete,
    func,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy import Table as CoreTable
from sqlalchemy.orm import Session

from app.domain.proof.canonical import row_digest, written_down
from app.domain.proof.chain import FoundRow
from app.store.append_only import SEALING
from app.store.columns import PlainJson
from app.store.consents import ConsentEvent
from app.store.decisions import Decision
from app.store.encryption import InvalidToken, keyring
from app.store.personal import WRAPPING, EnvelopedJson, envelope_key, keys_of
from app.store.seals import Seal
from app.store.staff import AuditEntry
from app.store.tables import first_id
from app.store.writing import rows_changed

LEDGERS: Mapping[str, CoreTable] = {
    table.name: table
    for table in (AuditEntry.__table__, ConsentEvent.__table__, Decision.__table__)
    if isinstance(table, CoreTable)
}
Row = Mapping[str, Any]
UNREADABLE = (ValueError, TypeError, AttributeError)
"""What a column raises at a value that none of us has written."""


def written(ledger: str, row: Row) -> dict[str, Any]:
    """A row as its digest sees it."""
    return written_down(ledger, {name: value for name, value in row.items() if name not in SEALING})


def proper_digest(ledger: str, row: Row) -> bytes:
    """The digest that a row should have."""
    return proof(ledger, row)[1]


def proof(ledger: str, row: Row) -> tuple[bytes, bytes]:
    """The key of one row's digest, and the digest. To tell that key lets others check this row, and no other.

    It is derived from the hash key that was the newest when the row was sealed, which a row does not say: where an
    older one makes the digest that the row holds, it is that.
    """
    told = written(ledger, row)
    keys = keyring().all_digests(f"row of {ledger}", row["id"].hex)
    proofs = ((key, row_digest(key, told)) for key in keys)
    newest = next(proofs)
    if row["digest"] in (None, newest[1]):
        return newest
    return next((one for one in proofs if one[1] == row["digest"]), newest)


def unsealed(session: Session, ledger: str, limit: int) -> list[Row]:
    """Rows that no seal covers yet, in the order of their ids."""
    table = LEDGERS[ledger]
    waiting = _stored(table).where(table.c.seal_id.is_(None)).order_by(table.c.id).limit(limit)
    return [_opened(table, row) for row in session.execute(waiting).mappings()]


def count_unsealed(session: Session, ledger: str, before: datetime | None = None) -> int:
    """How many rows (of those added before a moment) no seal covers yet."""
    table = LEDGERS[ledger]
    waiting = select(func.count()).select_from(table).where(table.c.seal_id.is_(None))
    return session.scalar(waiting if before is None else waiting.where(table.c.id < first_id(before))) or 0


def mark(session: Session, ledger: str, seal_id: UUID, digests: Sequence[tuple[UUID, bytes]]) -> int:
    """Writes digest and seal beside these rows; returns how many had none until now."""
    table = LEDGERS[ledger]
    sealing = (
        update(table)
        .where(table.c.id == bindparam("_id", type_=table.c.id.type), table.c.seal_id.is_(None))
        .values(digest=bindparam("_digest", type_=LargeBinary()), seal_id=seal_id)
    )
    told = [{"_id": row_id, "_digest": digest} for row_id, digest in digests]
    return rows_changed(session.connection().execute(sealing, told))


def sealed_rows(session: Session, seal: Seal) -> dict[UUID, FoundRow]:
    """The rows that name this seal, with the digests that they should have and that they hold."""
    table = LEDGERS[seal.ledger]
    mine = _under(table, seal)
    try:
        rows = [_opened(table, row) for row in session.execute(_stored(table).where(*mine)).mappings()]
    except UNREADABLE:
        rows = list(_one_by_one(session, table, session.scalars(select(table.c.id).where(*mine)).all()))
    return {row["id"]: FoundRow(row["id"], _digest_of(seal.ledger, row), row["digest"]) for row in rows}


def of_customer(
    session: Session, ledger: str, customer_id: UUID, since: datetime | None, until: datetime
) -> list[tuple[Row, dict[str, str]]]:
    """A customer's rows of a time, in order, each with the keys of its envelopes by column."""
    table = LEDGERS[ledger]
    mine = _stored(table).where(table.c.customer_id == customer_id, table.c.at <= until)
    if since is not None:
        mine = mine.where(table.c.at >= since)
    rows = session.execute(mine.order_by(table.c.at, table.c.id)).mappings()
    wrapped = keys_of(session, [customer_id])[customer_id]
    return [(_opened(table, row), _envelope_keys(table, row, wrapped)) for row in rows]


def _envelope_keys(table: CoreTable, row: RowMapping, wrapped: bytes) -> dict[str, str]:
    """What opens this row's envelopes; nothing for one whose key was destroyed."""
    keys: dict[str, str] = {}
    for column in table.columns:
        if wrapped and isinstance(column.type, EnvelopedJson) and row[column.name] is not None:
            with suppress(InvalidToken):
                keys[column.name] = envelope_key(keyring().person_key(wrapped), bytes(row[column.name]))
    return keys


def digests_under(session: Session, seal: Seal) -> list[bytes]:
    """The digests beside the rows of a seal, in the order of their ids."""
    table = LEDGERS[seal.ledger]
    mine = _under(table, seal)
    return [
        bytes(digest) for digest in session.scalars(select(table.c.digest).where(*mine).order_by(table.c.id))
    ]


def newest_under(session: Session, seal: Seal) -> datetime:
    """When the newest row under a seal was added."""
    table = LEDGERS[seal.ledger]
    return session.scalars(select(func.max(table.c.at)).where(*_under(table, seal))).one() or seal.at


def remove_under(session: Session, seal: Seal) -> int:
    """Removes the rows under a seal that the checkpoint stands for; returns how many."""
    table = LEDGERS[seal.ledger]
    return rows_changed(session.execute(delete(table).where(*_under(table, seal))))


def _under(table: CoreTable, seal: Seal) -> tuple[ColumnElement[bool], ...]:
    """The rows of a seal; the range of their ids spares an index over the seals."""
    return (table.c.id >= seal.first_id, table.c.id <= seal.last_id, table.c.seal_id == seal.id)


def strays(session: Session, ledger: str) -> Iterator[UUID]:
    """Rows that name a seal which is not there, is another ledger's, or cannot hold their id."""
    table, seals = LEDGERS[ledger], Seal.__table__
    joined = table.outerjoin(seals, seals.c.id == table.c.seal_id)
    is_stray = or_(
        seals.c.id.is_(None),
        seals.c.ledger != ledger,
        table.c.id < seals.c.first_id,
        table.c.id > seals.c.last_id,
    )
    query = select(table.c.id).select_from(joined).where(table.c.seal_id.is_not(None), is_stray)
    yield from session.scalars(query.execution_options(yield_per=1000))


def _stored(table: CoreTable) -> Any:
    return select(*(_as_stored(column) for column in table.columns))


def _as_stored(column: Column[Any]) -> Any:
    if isinstance(column.type, EnvelopedJson):
        return type_coerce(column, LargeBinary).label(column.name)
    if isinstance(column.type, PlainJson):
        return cast(column, Text).label(column.name)
    return column


def _opened(table: CoreTable, row: RowMapping) -> Row:
    """A row with the envelopes only: their keys stand before them for the person's key to open."""
    values: dict[str, Any] = {**row}
    for column in table.columns:
        if isinstance(column.type, EnvelopedJson) and values[column.name] is not None:
            values[column.name] = bytes(values[column.name])[WRAPPING:]
    values["digest"] = None if values["digest"] is None else bytes(values["digest"])
    return values


def _one_by_one(session: Session, table: CoreTable, ids: Sequence[UUID]) -> Iterator[Row]:
    """The rows, of one that cannot be read only its id and its digest."""
    for row_id in ids:
        try:
            yield _opened(table, session.execute(_stored(table).where(table.c.id == row_id)).mappings().one())
        except UNREADABLE:
            yield {"id": row_id, "digest": None}


def _digest_of(ledger: str, row: Row) -> bytes:
    return proper_digest(ledger, row) if len(row) > len(SEALING) else b""
