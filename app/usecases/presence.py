"""Notes that somebody has a conversation open, and writes there, so that their colleagues see it. Source: SPEC CO-8."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update

from app.store.presences import LASTS, Presence
from app.store.staff_sessions import StaffSession
from app.store.writing import insert_ignoring
from app.usecases.parts import Parts

NOTED_EVERY = timedelta(seconds=10)
"""What has not changed is written down once in so long."""
KEY = ("session_id", "customer_id", "brand_id")


def note(
    parts: Parts,
    session_id: UUID | None,
    customer_id: UUID,
    brand_id: UUID,
    now: datetime,
    *,
    is_writing: bool | None = None,
) -> None:
    """This log-in has the conversation before it; `is_writing` is None where the page does not know.

    A change is written at once, the same again every ten seconds, and nothing where the log-in has ended meanwhile.
    """
    if session_id is None:
        return
    where = dict(zip(KEY, (session_id, customer_id, brand_id), strict=True))
    mine = [getattr(Presence, name) == value for name, value in where.items()]
    with parts.store.read() as session:
        held = session.execute(select(Presence.seen_at, Presence.writing_at).where(*mine)).one_or_none()
    wrote_at = None if held is None else held.writing_at
    seen = held is not None and now - held.seen_at < NOTED_EVERY
    if is_writing:
        is_known = wrote_at is not None and now - wrote_at < NOTED_EVERY
    else:
        is_known = seen and (is_writing is None or wrote_at is None)
    if is_known:
        return
    values = {"seen_at": now} | ({} if is_writing is None else {"writing_at": now if is_writing else None})
    with parts.store.write() as session:
        alive = select(StaffSession.id).where(StaffSession.id == session_id)
        if session.scalars(alive.with_for_update(key_share=True)).first() is None:
            return
        lapsed = (Presence.session_id == session_id, Presence.seen_at <= now - LASTS)
        session.execute(delete(Presence).where(*lapsed))
        insert_ignoring(session, Presence, [{**where, "seen_at": now, "writing_at": None}], KEY)
        session.execute(update(Presence).where(*mine).values(**values))
