"""The one switch that stops all marketing at once, for a brand or for all, and says who pressed it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import Session

from app.store.brands import Brand
from app.store.writing import rows_changed
from app.usecases import audit
from app.usecases.parts import Parts


@dataclass(frozen=True, slots=True)
class Presser:
    """Who presses the switch: a member of staff by their address, or `command`."""

    name: str
    staff_id: UUID | None = None


BY_COMMAND = Presser("command")
BY_JUMP = Presser("clock jumped forward")


def stop_all(parts: Parts, who: Presser, now: datetime, brand_id: UUID | None = None) -> int:
    """Stops marketing of one brand, or of every brand; returns how many brands were still sending."""
    is_going_on = Brand.marketing_stopped_at.is_(None)
    stopped = {"marketing_stopped_at": now, "marketing_stopped_by": who.name[:80]}
    with parts.store.write() as session:
        change = update(Brand).where(is_going_on, *_of(brand_id)).values(stopped)
        return _noted(session, rows_changed(session.execute(change)), who, "marketing.stop", now, brand_id)


def resume_all(
    parts: Parts,
    who: Presser,
    now: datetime,
    brand_id: UUID | None = None,
    seen_until: datetime | None = None,
) -> int:
    """Lets marketing go on; returns how many brands had been stopped.

    What was stopped after `seen_until` stays so: who presses has not seen that, nor why.
    """
    is_stopped = Brand.marketing_stopped_at <= (seen_until or now)
    going_on = {"marketing_stopped_at": None, "marketing_stopped_by": None}
    with parts.store.write() as session:
        change = update(Brand).where(is_stopped, *_of(brand_id)).values(going_on)
        return _noted(session, rows_changed(session.execute(change)), who, "marketing.resume", now, brand_id)


def _of(brand_id: UUID | None) -> tuple[ColumnElement[bool], ...]:
    return () if brand_id is None else (Brand.id == brand_id,)


def _noted(
    session: Session, count: int, who: Presser, action: str, now: datetime, brand_id: UUID | None
) -> int:
    """The audit hears of every press, also of one that changed nothing."""
    subject_id = str(brand_id) if brand_id else "all"
    audit.note(session, who.name, action, "brand", subject_id, now, who.staff_id, brands=count)
    return count
