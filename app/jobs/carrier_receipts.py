"""Delivers the receipts that the simulator's carrier owes."""

from datetime import datetime, timedelta

from app.jobs import Job
from app.usecases import carrier
from app.usecases.parts import Parts


def run(parts: Parts, now: datetime) -> dict[str, int]:
    """Reports until nothing is owed, at most a hundred short batches a tick."""
    told = 0
    for _ in range(100):
        batch = carrier.report(parts, now)
        told += batch
        if batch < carrier.BATCH:
            break
    return {"receipts": told}


JOB = Job("carrier_receipts", timedelta(seconds=0.5), run)
