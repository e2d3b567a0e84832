"""Tells staff of warnings by mail, webhook and text."""

from datetime import datetime, timedelta

from app.jobs import Job
from app.usecases import tell_staff
from app.usecases.parts import Parts


def run(parts: Parts, now: datetime) -> dict[str, int]:
    """Delivers every notice that is due by now."""
    return tell_staff.tell(parts, now)


JOB = Job("tell_staff", timedelta(seconds=2), run)
