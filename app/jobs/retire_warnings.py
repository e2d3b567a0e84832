"""Takes warnings off the console that have nothing left to tell."""

from datetime import datetime, timedelta

from app.jobs import Job
from app.usecases import retire_warnings
from app.usecases.parts import Parts


def run(parts: Parts, now: datetime) -> dict[str, int]:
    """All that are there."""
    return retire_warnings.retire(parts, now)


JOB = Job("retire_warnings", timedelta(seconds=30), run)
