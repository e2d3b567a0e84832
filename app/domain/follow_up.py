"""When the customer of a complaint that was resolved is asked whether it is solved."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

ASKED_FROM, ASKED_UNTIL = time(8), time(21)
ASKED_AFTER = timedelta(hours=24)
"""How long after the resolution the customer is asked; night and deadline permitting."""


def asked_at(resolved_at: datetime, zone: str, due_at: datetime) -> datetime:
    """When to ask whether it is solved: a day later, or after a third of the time where that comes sooner, by day
    where the customer lives, and so before a deadline that is a day away. Source: SPEC CO-5."""
    return by_day(resolved_at + min(ASKED_AFTER, (due_at - resolved_at) / 3), zone)


def by_day(at: datetime, zone: str) -> datetime:
    """The first instant from `at` on that lies between 08:00 and 21:00 in the zone."""
    local = at.astimezone(ZoneInfo(zone))
    if ASKED_FROM <= local.time() < ASKED_UNTIL:
        return at
    day = local.date() if local.time() < ASKED_FROM else local.date() + timedelta(days=1)
    return datetime.combine(day, ASKED_FROM, local.tzinfo).astimezone(at.tzinfo)
