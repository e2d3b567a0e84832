"""Warns staff of promises to those who complain that are about to be broken, and of broken ones."""

from datetime import datetime, timedelta

from app.jobs import Job
from app.usecases import warn_staff
from app.usecases.parts import Parts


def run(parts: Parts, now: datetime) -> dict[str, int]:
    """Records every warning that is due by now, with its notices."""
    return warn_staff.warn(parts, now)


JOB = Job("warn_staff", timedelta(seconds=2), run)
