"""Looks for words in what a brand and a customer wrote to each other, a stretch of messages at a time.

The texts lie encrypted, and no index can hold their words: each message is opened and read.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, String, literal, select
from sqlalchemy.orm import Session

from app.domain.highlighting import Piece, pieces
from app.store.inbounds import Inbound
from app.store.outbound.table import Outbound
from app.store.staff import Staff

STRETCH = 300
"""Messages of each direction that are opened for one page."""
SOONEST = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Hit:
    """A message that holds the words, in its parts. `by` of an outbound is a member of staff, or None for the bot."""

    id: UUID
    direction: str
    at: datetime
    by: str | None
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """What was found, the latest first, among so many messages; `earlier` is up to when the next stretch goes."""

    hits: tuple[Hit, ...]
    looked_at: int
    earlier: datetime | None


def hits(
    session: Session, customer_id: UUID, brand_id: UUID, words: str, until: datetime | None = None
) -> Stretch:
    """The messages with these words among the latest ones, or the latest up to `until`."""
    both = [_texts(session, table, customer_id, brand_id, until) for table in (Inbound, Outbound)]
    earlier = max((rows[-1].at for rows in both if len(rows) == STRETCH), default=None)
    every = [row for rows in both for row in rows]
    shown = every if earlier is None else [row for row in every if row.at > earlier]
    if earlier is not None and not shown:  # all of one moment
        shown, earlier = [row for row in every if row.at == earlier], earlier - SOONEST
    told = ((row, pieces(row.text, words)) for row in sorted(shown, key=_latest_first))
    found = (Hit(row.id, row.direction, row.at, row.by, tuple(parts)) for row, parts in told if parts)
    return Stretch(tuple(found), len(shown), earlier)


def _latest_first(row: Row[Any]) -> tuple[float, str]:
    return -row.at.timestamp(), row.id.hex


def _texts(
    session: Session, table: Any, customer_id: UUID, brand_id: UUID, until: datetime | None
) -> list[Row[Any]]:
    at = table.received_at if table is Inbound else table.created_at
    query = select(table.id, table.text, at.label("at"))
    if table is Inbound:
        query = query.add_columns(_word("inbound", "direction"), _word(None, "by"))
    else:
        query = query.add_columns(_word("outbound", "direction"), Staff.name.label("by"))
        query = query.outerjoin(Staff, Staff.id == Outbound.staff_id)
    query = query.where(table.customer_id == customer_id, table.brand_id == brand_id)
    if until is not None:
        query = query.where(at <= until)
    return list(session.execute(query.order_by(at.desc(), table.id.desc()).limit(STRETCH)))


def _word(value: str | None, name: str) -> Any:
    return literal(value, String()).label(name)
