"""Destroys a person's key with all that stands in the clear about them; the columns say what becomes of each."""

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, bindparam, delete, select, update
from sqlalchemy import Table as CoreTable
from sqlalchemy.orm import Session

from app.store.customers import Customer
from app.store.encryption import keyring
from app.store.inbounds import close_unread
from app.store.personal import ERASED, NOBODYS, Personal
from app.store.schema import metadata

IS_ERASED = Customer.key == b""
"""`is_erased` as a condition; its negation finds those of whom something can still be read."""


def is_erased(customer: Any) -> bool:
    """Whether the person of this row has been erased: the key to all that was kept about them is destroyed."""
    return not customer.key


def forget(session: Session, customer_id: UUID, outcome: str, now: datetime) -> None:
    """Destroys the person's key, and empties what stands in the clear about them: see `personal.ERASED`.

    What no law keeps is removed; texts that nobody has read yet are done with this outcome, and the caller has held
    the marketing of the brands that they may be about.
    """
    tables = metadata().tables
    people, inbounds, outbounds = tables["customers"], tables["inbounds"], tables["outbounds"]
    orders, simulated = tables["orders"], tables["simulated_messages"]
    session.execute(delete(orders).where(orders.c.customer_id == customer_id))
    sent = select(outbounds.c.id).where(outbounds.c.customer_id == customer_id)
    session.execute(delete(simulated).where(simulated.c.outbound_id.in_(sent)))
    for table in tables.values():
        if table is not inbounds:
            _empty(session, table, customer_id)
    earlier = update(people).where(people.c.succeeded_by_id == customer_id)
    session.execute(earlier.values(succeeded_by_id=None))  # an earlier owner's row would tell the number
    # last, for a repeated text waits for whoever is changing the stored one
    _empty(session, inbounds, customer_id)
    close_unread(session, customer_id, outcome, now)


def nothing_known(table: str) -> dict[str, Any]:
    """By column, what stands in a row about somebody of whom nothing is known any more, and whose key is kept."""
    told = [column for column in metadata().tables[table].columns if ERASED in column.info]
    return {one.name: _nothing(one) for one in told}


def _nothing(column: Column[Any]) -> Any:
    value, kind = column.info[ERASED], column.type
    return kind.nothing() if value is NOBODYS and isinstance(kind, Personal) else value


def _empty(session: Session, table: CoreTable, customer_id: UUID) -> None:
    told = {column: column.info[ERASED] for column in table.columns if ERASED in column.info}
    emptied = {column: value for column, value in told.items() if not callable(value)}
    if table.name == "customers":
        emptied |= {table.c.key: b"", table.c.last_four_hash: secrets.token_bytes(32)}
    if emptied:
        mine = table.c.id if table.name == "customers" else table.c.customer_id
        session.execute(update(table).where(mine == customer_id).values(emptied))
    for column, hide in told.items():
        if callable(hide):
            _hide(session, table, column, hide, customer_id)


def _hide(
    session: Session, table: CoreTable, column: Column[Any], hide: Callable[[Any], Any], customer_id: UUID
) -> None:
    theirs = session.execute(select(table.c.id, column).where(table.c.customer_id == customer_id))
    rows = [{"_id": row_id, "_hidden": hide(value)} for row_id, value in theirs]
    if rows:
        one = table.c.id == bindparam("_id", type_=table.c.id.type)
        session.connection().execute(update(table).where(one).values({column: bindparam("_hidden")}), rows)


def drop_key(wrapped: bytes) -> None:
    """Forgets a destroyed key in this process at once; others cannot find it, for they never read it again."""
    keyring().forget(bytes(wrapped))
