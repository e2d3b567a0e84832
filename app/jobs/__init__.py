"""Scheduled jobs: one file each with `JOB`, found by the clock; each only marks or claims rows that are due."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.discovery import DiscoveryError, discover
from app.usecases.parts import Parts


@dataclass(frozen=True, slots=True)
class Job:
    """What the clock runs every `every`; `run(parts, now)` returns counts of what it did."""

    name: str
    every: timedelta
    run: Callable[[Parts, datetime], Mapping[str, int]]


def jobs() -> dict[str, Job]:
    """Every job of this folder, by name."""
    found: dict[str, Job] = {}
    for name, job in discover(sys.modules[__name__], "JOB").items():
        if not isinstance(job, Job):
            raise DiscoveryError(f"the JOB named {name!r} is no Job")
        found[name] = job
    return found
