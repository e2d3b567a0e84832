"""Deadlines: of complaints, in business time with lunch and Chinese holidays (调休), beside bare addition."""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from app import clock
from app.bench.figures import Figure, best_slice
from app.domain.business_time import BusinessHours
from app.domain.sla_policy import SlaPolicy, deadlines

COMPLAINTS = 100_000
BAR = 100_000.0
SEED = 20_260_701
FROM, DAYS = datetime(2024, 1, 1, tzinfo=UTC), 3 * 365
DAY_WITH_LUNCH = "09:00-12:00,13:00-18:00"
ZONE, COUNTRY = "Asia/Shanghai", "CN"
SLICE = 1_000
"""Deadlines that are timed together: few enough that some are counted without being interrupted."""
CALENDARS = 5


def measure(database: str) -> list[Figure]:
    """Deadlines a second, of complaints that come at any moment of three years. No database has a part in it."""
    if database != "sqlite":
        return []
    chance = random.Random(SEED)  # noqa: S311
    came = [FROM + timedelta(seconds=chance.uniform(0, DAYS * 86_400)) for _ in range(COMPLAINTS)]
    policy = SlaPolicy(hours=_hours(DAY_WITH_LUNCH))
    allowed, after = policy.resolution, policy.calendar.after
    for at in came[:SLICE]:
        after(at, allowed)  # the years are worked out before anything is timed
    bare = _a_second(lambda at: at + allowed, came)
    one = _a_second(lambda at: after(at, allowed), came)
    both = 2 * _a_second(lambda at: deadlines(policy, at), came)
    return [
        Figure("deadlines", "none", "resolution in business time", one, "a second", BAR, bare),
        Figure("deadlines", "none", "both of a complaint", both, "a second", BAR, bare),
        Figure("deadlines", "none", "a calendar's first, with its year", _first_ms(came[0]), "ms"),
    ]


def _hours(day: str) -> BusinessHours:
    return BusinessHours(ZONE, (day,) * 5 + ("", ""), COUNTRY, on_makeup_days=day)


def _a_second(counted: Callable[[datetime], object], given: Sequence[datetime]) -> float:
    return 1 / best_slice(counted, given, SLICE)


def _first_ms(at: datetime) -> float:
    """Milliseconds, the best of some: each of hours that nobody has counted by before."""
    taken = []
    for minute in range(CALENDARS):
        hours = _hours(f"09:00-12:00,13:00-18:{minute + 1:02}")
        begun = clock.monotonic()
        hours.after(at, timedelta(hours=1))
        taken.append(clock.monotonic() - begun)
    return 1000 * min(taken)
