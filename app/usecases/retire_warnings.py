"""Takes warnings off the console that have nothing left to tell, so that the bell never counts over years of them."""

from datetime import datetime, timedelta

from app.store import notices
from app.usecases.parts import Parts

SHOWN_FOR = timedelta(days=30)
"""What nobody has seen to in so long, nobody will."""
BATCH = 500


def retire(parts: Parts, now: datetime) -> dict[str, int]:
    """A batch at a time, since nobody else writes on SQLite meanwhile."""
    count = 0
    while True:
        with parts.store.read() as session:
            ids = notices.past_use(session, now - SHOWN_FOR, BATCH)
        if not ids:
            return {"retired": count}
        with parts.store.write() as session:
            count += notices.retire(session, ids)
