"""Gathers everything that is kept about one person: every table that leads to them, decrypted."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Table, func, select
from sqlalchemy.orm import Session

from app.store import customers, erasures
from app.store.customers import Profile
from app.store.erasures import Erasure
from app.store.schema import metadata
from app.store.staff import AuditEntry
from app.usecases import audit
from app.usecases.parts import Parts

AT_ONCE = 10_000
"""Keys in one question to the database; where there are more, it is asked again."""

ABOUT_ERASURE = frozenset({Erasure.__tablename__, Profile.__tablename__})
"""What stays of a person and is told as what it is."""

Rows = list[dict[str, Any]]


def export_person(parts: Parts, e164: str, actor: str, now: datetime) -> dict[str, Rows] | None:
    """Rows by table, oldest first where a key tells; None if nobody ever had this phone. The audit notes it.

    A table belongs to a person where it has a `customer_id`, or where it refers to a row that does; so a new table
    is exported from its first day. Where somebody with this phone was erased, `erased` says when, and what stays that
    nobody can read: how many rows of which table, and the opt-outs. Source: SPEC CP-5.
    """
    with parts.store.read() as session:
        person = customers.by_phone(session, e164)
        gone = erasures.of_phone(session, e164)
        if person is None and not gone:
            return None
        customer_id = person.id if person is not None else gone[-1].customer_id
        found = _everything(session, customer_id) if person is not None else {}
        if gone:
            found["erased"] = [_kept(session, one) for one in gone]
    with parts.store.write() as session:
        audit.note(session, actor, "customer.export", "customer", str(customer_id), now)
    return found


def _kept(session: Session, erasure: Erasure) -> dict[str, Any]:
    """What is left of a person who was erased, without a word of it."""
    counts = {}
    for table in metadata().sorted_tables:
        if "customer_id" in table.columns and table.name not in ABOUT_ERASURE:
            theirs = select(func.count()).select_from(table).where(table.c.customer_id == erasure.customer_id)
            counts[table.name] = session.scalars(theirs).one()
    profiles = customers.profiles(session, [erasure.customer_id]).values()
    return {
        "at": erasure.at,
        "unreadable": {name: count for name, count in counts.items() if count},
        "opt_outs": [
            {name: one[name] for name in ("brand_id", "consent", "consent_at", "stopped_at")}
            for one in profiles
            if erasures.is_out(one["consent"], one["stopped_at"])
        ],
    }


def _everything(session: Session, customer_id: UUID) -> dict[str, Rows]:
    found: dict[str, Rows] = {}
    for table in metadata().sorted_tables:
        keys, rows = [column.name for column in table.primary_key.columns], dict[tuple[Any, ...], Any]()
        for mine in _mine(table, customer_id, found):
            for row in session.execute(select(table).where(mine)).mappings():
                rows[tuple(row[key] for key in keys)] = _readable(row)
        found[table.name] = [rows[key] for key in sorted(rows)]
    noted = (AuditEntry.subject == "customer", AuditEntry.subject_id == str(customer_id))
    told = session.execute(select(AuditEntry.__table__).where(*noted).order_by(AuditEntry.at)).mappings()
    found[AuditEntry.__tablename__] = [_readable(row) for row in told]
    return {name: rows for name, rows in found.items() if rows}


def _mine(table: Table, customer_id: UUID, found: Mapping[str, Rows]) -> Iterator[ColumnElement[bool]]:
    """What picks a person's rows of a table, a part of them each; nothing where it has nothing to do with people."""
    if table.name == "customers":
        yield table.c.id == customer_id
    elif "customer_id" in table.columns:
        yield table.c.customer_id == customer_id
    else:
        for foreign in table.foreign_keys:
            if foreign.column.name == "id":
                ids = [row["id"] for row in found.get(foreign.column.table.name, ())]
                yield from (foreign.parent.in_(ids[at : at + AT_ONCE]) for at in range(0, len(ids), AT_ONCE))


def _readable(row: RowMapping) -> dict[str, Any]:
    """The row without bytes: those are hashes that find, digests that prove and keys, and say nothing of the person."""
    return {name: value for name, value in row.items() if not isinstance(value, bytes | memoryview)}
