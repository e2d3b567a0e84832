"""What of the message log may be pruned: old, settled, and nothing that is kept rests on it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, delete, exists, select
from sqlalchemy import Table as CoreTable
from sqlalchemy.orm import Session

from app.store.complaints import Complaint
from app.store.consents import ConsentEvent
from app.store.events import Event
from app.store.inbounds import DONE, Inbound
from app.store.outbound.receipts import Receipt
from app.store.outbound.table import CLAIMED, HANDING, QUEUED, UNKNOWN, Outbound
from app.store.runs import FINISHED, OpenQuestion, Run
from app.store.tables import first_id
from app.store.writing import rows_changed

UNSETTLED = (QUEUED, CLAIMED, HANDING, UNKNOWN)
LOG: Sequence[CoreTable] = tuple(
    cast(CoreTable, table.__table__) for table in (Receipt, Outbound, Run, Inbound, Event)
)
"""The message log, each table before those that it refers to."""
_SETTLED: Mapping[str, Sequence[Any]] = {
    Receipt.__tablename__: (),
    Outbound.__tablename__: (
        Outbound.status.not_in(UNSETTLED),
        Outbound.is_for_staff.is_(False),
        ~exists().where(OpenQuestion.outbound_id == Outbound.id),
    ),
    Run.__tablename__: (Run.status == FINISHED, ~exists().where(OpenQuestion.run_id == Run.id)),
    Inbound.__tablename__: (
        Inbound.status == DONE,
        *(~exists().where(one.inbound_id == Inbound.id) for one in (Outbound, Run, Complaint, ConsentEvent)),
    ),
    Event.__tablename__: (~exists().where(Run.event_id == Event.id),),
}
_AT = {
    Receipt.__tablename__: Receipt.received_at,
    Outbound.__tablename__: Outbound.created_at,
    Run.__tablename__: Run.updated_at,
    Inbound.__tablename__: Inbound.received_at,
    Event.__tablename__: Event.received_at,
}


def old_rows(session: Session, table: CoreTable, before: datetime, limit: int) -> list[UUID]:
    """Rows of the log that may go, the oldest first; their ids are in the order of their making."""
    return list(session.scalars(_old(table, before).limit(limit)))


def _old(table: CoreTable, before: datetime) -> Select[tuple[UUID]]:
    is_old = (table.c.id < first_id(before), _AT[table.name] < before)
    return select(table.c.id).where(*is_old, *_SETTLED[table.name]).order_by(table.c.id)


def remove(session: Session, table: CoreTable, ids: Sequence[UUID]) -> int:
    """Removes these rows; returns how many were still there."""
    return rows_changed(session.execute(delete(table).where(table.c.id.in_(ids))))
