"""Gives back what dead workers held: claimed messages to the queue, begun hand-overs to `unknown`."""

from datetime import datetime, timedelta

from app.jobs import Job
from app.store.outbound import queue
from app.usecases.parts import Parts


def run(parts: Parts, now: datetime) -> dict[str, int]:
    """Releases every lease that has ended."""
    with parts.store.write() as session:
        released = queue.release_expired(session, now)
        lost = queue.expire_hand_overs(session, now)
    if released:
        parts.wake.ring("outbound")
    return {"released": released, "lost": len(lost)}


JOB = Job("release_leases", timedelta(seconds=5), run)
