"""Gives back what dead workers held: claimed messages to the queue, begun hand-overs to `unknown`."""

from datetime import datetime

from app.store.outbound import queue
from app.usecases.changes import Changes
from app.usecases.parts import Parts


def release(parts: Parts, now: datetime) -> dict[str, int]:
    """Ends every lease that has run out; returns how many claims were given back and how many hand-overs are lost."""
    changes = Changes()
    with parts.store.write() as session:
        released = queue.release_expired(session, now)
        lost = queue.expire_hand_overs(session, now)
        for row in lost:
            told = ("outbound", row.id, row.customer_id, row.brand_id, "unknown", "hand_over_lost")
            changes.decide(*told, now, row.trace_id)
        changes.flush(session)
    if released:
        parts.wake.ring("outbound")
    return {"released": released, "lost": len(lost)}
