"""Reads the clock: the one module that does, so that time is an argument everywhere else."""

import time
from datetime import UTC, datetime


def now() -> datetime:
    """Return this instant, aware, in UTC."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Return seconds that no stepped wall clock moves: for intervals and watchdogs, never for dates."""
    return time.monotonic()
