"""Gathers everything that is kept about one person: every table that leads to them, decrypted."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, Table, or_, select
from sqlalchemy.orm import Session

from app.store import customers
from app.store.schema import metadata
from app.store.staff import AuditEntry
from app.usecases import audit
from app.usecases.parts import Parts

MOST_IDS = 10_000
"""Keys in one question to the database."""

Rows = list[dict[str, Any]]


def export_person(parts: Parts, e164: str, actor: str, now: datetime) -> dict[str, Rows] | None:
    """Rows by table, oldest first where a key tells; None if nobody has this phone. The audit notes it.

    A table belongs to a person where it has a `customer_id`, or where it refers to a row that does; so a new table
    is exported from its first day. Source: SPEC CP-5.
    """
    with parts.store.read() as session:
        person = customers.by_phone(session, e164)
        if person is None:
            return None
        customer_id = person.id
        found = _everything(session, customer_id)
    with parts.store.write() as session:
        audit.note(session, actor, "customer.export", "customer", str(customer_id), now)
    return found


def _everything(session: Session, customer_id: UUID) -> dict[str, Rows]:
    found: dict[str, Rows] = {}
    for table in metadata().sorted_tables:
        mine = _mine(table, customer_id, found)
        if mine is None:
            continue
        query = select(*[column for column in table.columns if not _is_digest(column)]).where(mine)
        rows = session.execute(query.order_by(*table.primary_key.columns)).mappings()
        found[table.name] = [dict(row) for row in rows]
    noted = (AuditEntry.subject == "customer", AuditEntry.subject_id == str(customer_id))
    told = session.execute(select(AuditEntry.__table__).where(*noted).order_by(AuditEntry.at)).mappings()
    found[AuditEntry.__tablename__] = [dict(row) for row in told]
    return {name: rows for name, rows in found.items() if rows}


def _mine(table: Table, customer_id: UUID, found: dict[str, Rows]) -> Any:
    """What picks a person's rows of a table; None for a table that has nothing to do with people."""
    if table.name == "customers":
        return table.c.id == customer_id
    if "customer_id" in table.columns:
        return table.c.customer_id == customer_id
    leads = [
        foreign.parent.in_([row["id"] for row in found[foreign.column.table.name]][:MOST_IDS])
        for foreign in table.foreign_keys
        if foreign.column.table.name in found and foreign.column.name == "id"
    ]
    return or_(*leads) if leads else None


def _is_digest(column: Any) -> bool:
    """Whether the column only finds or proves something: what is encrypted has a type of its own."""
    return type(column.type) is LargeBinary
