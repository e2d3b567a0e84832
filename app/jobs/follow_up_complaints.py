"""Asks the customers of resolved complaints whether it is solved."""

from datetime import datetime, timedelta

from app.jobs import Job
from app.usecases import complaint_clock
from app.usecases.parts import Parts


def run(parts: Parts, now: datetime) -> dict[str, int]:
    """Asks everybody whose time has come."""
    return {"asked": complaint_clock.ask_follow_ups(parts, now)}


JOB = Job("follow_up_complaints", timedelta(seconds=10), run)
