"""Gives back what dead workers held: claimed messages to the queue, begun hand-overs to `unknown`."""

from datetime import datetime, timedelta

from app.jobs import Job
from app.usecases import leases
from app.usecases.parts import Parts


def run(parts: Parts, now: datetime) -> dict[str, int]:
    """Releases every lease that has ended."""
    return leases.release(parts, now)


JOB = Job("release_leases", timedelta(seconds=5), run)
