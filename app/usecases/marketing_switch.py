"""The one switch that stops all marketing at once, for a brand or for all, and says who pressed it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.store.brands import Brand
from app.store.writing import rows_changed
from app.usecases import audit
from app.usecases.parts import Parts


def stop_all(parts: Parts, actor: str, now: datetime, brand_id: UUID | None = None) -> int:
    """Stops marketing of one brand, or of every brand; returns how many brands were still sending."""
    with parts.store.write() as session:
        return _switch(session, actor, "marketing.stop", now, now, brand_id)


def resume_all(parts: Parts, actor: str, now: datetime, brand_id: UUID | None = None) -> int:
    """Lets marketing go on; returns how many brands had been stopped."""
    with parts.store.write() as session:
        return _switch(session, actor, "marketing.resume", None, now, brand_id)


def _switch(
    session: Session,
    actor: str,
    action: str,
    stopped_at: datetime | None,
    now: datetime,
    brand_id: UUID | None,
) -> int:
    is_other = Brand.marketing_stopped_at.is_(None) if stopped_at else Brand.marketing_stopped_at.is_not(None)
    change = update(Brand).where(is_other).values(marketing_stopped_at=stopped_at)
    if brand_id is not None:
        change = change.where(Brand.id == brand_id)
    done = session.execute(change)
    audit.note(session, actor, action, "brand", str(brand_id) if brand_id else "all", now)
    return rows_changed(done)
