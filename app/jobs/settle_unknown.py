"""Settles hand-overs whose outcome nobody knows."""

from datetime import datetime, timedelta

from app.jobs import Job
from app.usecases import settle_unknown
from app.usecases.parts import Parts


def run(parts: Parts, now: datetime) -> dict[str, int]:
    """Asks providers, and hands what stays unknown to staff."""
    return settle_unknown.settle(parts, now)


JOB = Job("settle_unknown", timedelta(seconds=30), run)
