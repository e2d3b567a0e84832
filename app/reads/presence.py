"""Which colleagues have a conversation open at the moment."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.store.presences import LASTS, Presence
from app.store.staff import Staff
from app.store.staff_sessions import StaffSession, holds


@dataclass(frozen=True, slots=True)
class Beside:
    """One colleague, by name or else by what stands before the @ of the address."""

    name: str
    is_writing: bool


def beside(
    session: Session, customer_id: UUID, brand_id: UUID, staff_id: UUID, now: datetime
) -> list[Beside]:
    """Who else looks at this conversation, who writes there first; one who does so in two windows once."""
    there = (Presence.customer_id == customer_id, Presence.brand_id == brand_id)
    looking = (
        select(Staff.name, Staff.email, func.max(Presence.writing_at).label("writing_at"))
        .join(StaffSession, StaffSession.staff_id == Staff.id)
        .join(Presence, Presence.session_id == StaffSession.id)
        .where(*there, Presence.seen_at > now - LASTS, holds(now), Staff.active, Staff.id != staff_id)
        .group_by(Staff.id, Staff.name, Staff.email)
    )
    found = [
        Beside(
            row.name or row.email.partition("@")[0],
            row.writing_at is not None and row.writing_at > now - LASTS,
        )
        for row in session.execute(looking)
    ]
    return sorted(found, key=lambda one: (not one.is_writing, one.name))
