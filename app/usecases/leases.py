"""Gives back what dead workers held: claimed messages to the queue, begun hand-overs to `unknown`."""

from datetime import datetime

from app.store import erasures
from app.store.outbound import queue
from app.usecases.changes import Changes, Decided
from app.usecases.parts import Parts


def release(parts: Parts, now: datetime) -> dict[str, int]:
    """Ends every lease that has run out; returns how many claims were given back and how many hand-overs are lost."""
    changes = Changes()
    with parts.store.write() as session:
        released = queue.release_expired(session, now)
        lost = queue.expire_hand_overs(session, now)
        for row in lost:
            changes.decide(Decided.of("outbound", row, "unknown", "hand_over_lost", now))
        changes.flush(session)
        queue.end_unknown_of(
            session, erasures.among(session, {row.customer_id for row in lost}), erasures.REASON, now
        )
    if released:
        parts.wake.ring("outbound")
    return {"released": released, "lost": len(lost)}
