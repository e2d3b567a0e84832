"""Records complaints' broken promises."""

from datetime import datetime, timedelta

from app.jobs import Job
from app.usecases import complaint_clock
from app.usecases.parts import Parts


def run(parts: Parts, now: datetime) -> dict[str, int]:
    """Records every promise that was broken by now."""
    return {"breached": complaint_clock.record_breaches(parts, now)}


JOB = Job("watch_complaints", timedelta(seconds=2), run)
