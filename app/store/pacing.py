"""How fast a channel and a number may send, as rows, so that three workers do not send three times the rate."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Mapped, Session

from app.store.tables import Table, primary_key
from app.store.writing import insert_ignoring

CLOCKS_DIFFER = timedelta(seconds=10)
"""Between workers by less than this; what is spent further ahead was booked before the clock was set back."""


class Pace(Table):
    """The moment up to which a channel's or sender's rate is spent (the generic cell rate algorithm)."""

    __tablename__ = "paces"

    subject_id: Mapped[UUID] = primary_key()
    spent_until: Mapped[datetime]


def grant(session: Session, subject_id: UUID, rate_per_second: float, wanted: int, now: datetime) -> int:
    """How many of `wanted` may leave now, and books them; a burst of one second's worth (at least 1) is allowed."""
    if wanted <= 0 or rate_per_second <= 0:
        return 0
    insert_ignoring(session, Pace, [{"subject_id": subject_id, "spent_until": now}], ("subject_id",))
    spent = session.scalars(
        select(Pace.spent_until).where(Pace.subject_id == subject_id).with_for_update()
    ).one()
    interval = timedelta(seconds=1 / rate_per_second)
    burst = max(timedelta(seconds=1), interval)
    start = now if spent > now + burst + CLOCKS_DIFFER else max(spent, now)
    room = int((now + burst - start) / interval + 1e-6)
    granted = max(0, min(wanted, room))
    if granted:
        session.execute(
            update(Pace).where(Pace.subject_id == subject_id).values(spent_until=start + granted * interval)
        )
    return granted
