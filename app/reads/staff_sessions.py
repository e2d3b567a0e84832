"""Where somebody is logged in, as they see it themselves."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.store.staff_sessions import StaffSession, holds


@dataclass(frozen=True, slots=True)
class Open:
    """One session that has not lapsed."""

    id: UUID
    device: str
    address: str
    started_at: datetime
    seen_at: datetime


def of(session: Session, staff_id: UUID, now: datetime) -> list[Open]:
    """The sessions of an account, the one used last first."""
    mine = select(StaffSession).where(StaffSession.staff_id == staff_id, holds(now))
    found = session.scalars(mine.order_by(StaffSession.seen_at.desc(), StaffSession.id.desc()))
    return [Open(one.id, one.device, one.address, one.started_at, one.seen_at) for one in found]
