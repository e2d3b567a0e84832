"""Imports the lists that staff have uploaded and confirmed."""

from datetime import datetime, timedelta

from app import clock
from app.jobs import Job
from app.usecases import uploaded_lists
from app.usecases.parts import Parts

SLICE_S = 10.0
"""After this the rest waits for the next tick, so that the clock can be stopped."""


def run(parts: Parts, now: datetime) -> dict[str, int]:
    """Goes on with what has been started."""
    until = clock.monotonic() + SLICE_S
    return uploaded_lists.go_on_with_all(parts, now, lambda: clock.monotonic() >= until)


JOB = Job("import_lists", timedelta(seconds=2), run)
