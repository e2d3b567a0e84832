"""Counts once a week how many numbers of each brand are verified."""

from datetime import datetime, timedelta

from app.jobs import Job
from app.usecases import review_numbers
from app.usecases.parts import Parts


def run(parts: Parts, now: datetime) -> dict[str, int]:
    """Reviews the brands that were not reviewed in this week."""
    return {"reviewed": review_numbers.review(parts, now)}


JOB = Job("review_numbers", timedelta(minutes=1), run)
"""A look every minute costs one key; the count is made in the first minute of the week that the clock runs in."""
