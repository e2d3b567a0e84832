"""Imports the lists that staff have uploaded and confirmed."""

from datetime import datetime, timedelta

from app import clock
from app.jobs import Job
from app.usecases.import_uploads import Opened, go_on_with_all
from app.usecases.parts import Parts

SLICE_S = 10.0
"""After this the rest waits for the next tick, so that the clock can be stopped."""


OPENED = Opened()
"""Lists stay open from one tick to the next."""


def run(parts: Parts, now: datetime) -> dict[str, int]:
    """Goes on with what has been started."""
    until = clock.monotonic() + SLICE_S
    return go_on_with_all(parts, OPENED, now, lambda: clock.monotonic() >= until)


JOB = Job("import_lists", timedelta(seconds=2), run)
