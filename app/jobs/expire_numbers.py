"""Ends the owners of numbers that have been dead or suspended for half a year."""

from datetime import datetime, timedelta

from app.jobs import Job
from app.usecases import number_owners
from app.usecases.parts import Parts


def run(parts: Parts, now: datetime) -> dict[str, int]:
    """Ends some of those that are due; the rest is still due at the next tick."""
    return {"ended": number_owners.end_expired(parts, now)}


JOB = Job("expire_numbers", timedelta(minutes=1), run)
