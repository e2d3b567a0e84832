"""Seals what was added to the ledgers, so that nobody can change it unseen."""

from datetime import datetime, timedelta

from app.jobs import Job
from app.usecases import seal_ledgers
from app.usecases.parts import Parts


def run(parts: Parts, now: datetime) -> dict[str, int]:
    """Seals every row that was committed until now."""
    return {"sealed": seal_ledgers.seal_all(parts, now)}


JOB = Job("seal_ledgers", timedelta(seconds=20), run)
