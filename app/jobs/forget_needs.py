"""Forgets needs of customers that were not heard for half a year."""

from datetime import datetime, timedelta

from app.jobs import Job
from app.usecases import needs
from app.usecases.parts import Parts


def run(parts: Parts, now: datetime) -> dict[str, int]:
    """Forgets some of those that are due; the rest is still due at the next tick."""
    return {"forgotten": needs.forget_old(parts, now)}


JOB = Job("forget_needs", timedelta(minutes=1), run)
