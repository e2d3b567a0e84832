"""Profiles whose needs end."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.store.customers import Profile


def over(session: Session, now: datetime, limit: int) -> list[tuple[UUID, UUID]]:
    """Profiles, by (customer, brand), with a need that was not heard for long, the longest over first."""
    due = select(Profile.customer_id, Profile.brand_id).where(Profile.needs_until <= now)
    return [(row[0], row[1]) for row in session.execute(due.order_by(Profile.needs_until).limit(limit))]
