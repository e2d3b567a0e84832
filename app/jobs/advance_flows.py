"""Wakes runs whose time has come: a wait is over, a question was not answered."""

from datetime import datetime, timedelta

from app.jobs import Job
from app.usecases import advance_flows
from app.usecases.parts import Parts


def run(parts: Parts, now: datetime) -> dict[str, int]:
    """Advances due runs in batches until none is left, at most a hundred batches a tick."""
    advanced = 0
    for _ in range(100):
        batch = advance_flows.advance_due(parts, now)
        advanced += batch
        if not batch:
            break
    return {"advanced": advanced}


JOB = Job("advance_flows", timedelta(seconds=1), run)
