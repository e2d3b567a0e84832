"""Applies receipts that and whose messages' ids were stored at the same moment, so that neither saw the other."""

from datetime import datetime, timedelta

from app.jobs import Job
from app.usecases import receipts
from app.usecases.parts import Parts


def run(parts: Parts, now: datetime) -> dict[str, int]:
    """Applies some of them; the rest is still waiting at the next tick."""
    return {"applied": receipts.apply_passed(parts, now)}


JOB = Job("apply_receipts", timedelta(minutes=1), run)
