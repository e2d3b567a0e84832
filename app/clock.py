"""Reads the clock: the one module that does, so that time is an argument everywhere else."""

import time
from datetime import UTC, datetime


def now() -> datetime:
    """Return this instant, aware, in UTC."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Return seconds that no stepped wall clock moves: for intervals and watchdogs, never for dates."""
    return time.monotonic()


def processor_time() -> float:
    """Seconds of processor time that this process has used so far."""
    return time.process_time()
