"""Texts that staff wrote: what colleagues have written meanwhile, and taking one back before it leaves."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.store.outbound.table import CANCELLED, CLAIMED, QUEUED, Outbound
from app.store.writing import rows_changed

NONE = UUID(int=0)
"""Stands for the last text of staff where there is none."""
TAKEN_BACK = "taken_back"


def take_back(session: Session, outbound_id: UUID, now: datetime) -> bool:
    """Cancels a message that no provider is being given yet; says whether it was in time."""
    waiting = (Outbound.id == outbound_id, Outbound.status.in_((QUEUED, CLAIMED)))
    values = {"status": CANCELLED, "reason": TAKEN_BACK, "settled_at": now, "leased_until": None}
    cancelled = update(Outbound).where(*waiting).values(values)
    return rows_changed(session.execute(cancelled.execution_options(synchronize_session=False))) == 1


def leave_by(session: Session, customer_id: UUID, brand_id: UUID) -> datetime | None:
    """When the last text of staff that still waits for this customer is to leave; None where none waits."""
    waiting = (
        Outbound.customer_id == customer_id,
        Outbound.brand_id == brand_id,
        Outbound.staff_id.is_not(None),
        Outbound.status.in_((QUEUED, CLAIMED)),
    )
    return session.scalars(select(func.max(Outbound.due_at)).where(*waiting)).one()


def of_colleagues_since(
    session: Session, customer_id: UUID, brand_id: UUID, seen: UUID, staff_id: UUID
) -> bool:
    """Whether anybody else of staff has written to the customer since the message `seen`, taken back or not sent yet
    or not: what was taken back does not count."""
    since = select(func.max(Outbound.created_at)).where(Outbound.id == seen).scalar_subquery()
    theirs = (
        Outbound.customer_id == customer_id,
        Outbound.brand_id == brand_id,
        Outbound.staff_id.is_not(None),
        Outbound.staff_id != staff_id,
        Outbound.status != CANCELLED,
    )
    later = select(Outbound.id).where(*theirs)
    if seen != NONE:
        later = later.where(Outbound.created_at > since)
    return session.scalars(later.limit(1)).first() is not None
