"""Reads a brand's policy for complaints as people type it, and tells all that is wrong with it at once."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from app.domain.business_time import BusinessHours
from app.domain.periods import PeriodsUnread, periods, said
from app.domain.single_days import CLOSED, Day, said_days, single_days
from app.domain.sla_policy import SlaPolicy
from app.domain.text import fold
from app.domain.timetable import NeverOpens
from app.domain.workdays import countries
from app.domain.zones import zone_name

SOURCE = "SPEC CO-2, CO-5"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LENGTHS = ("first_response", "resolution", "follow_up")
HOURS = (*WEEKDAYS, "on_holidays", "on_makeup_days")
FIELDS = ("counts", *LENGTHS, "zone", "country", *HOURS, "days")
"""What is told of a policy."""
WALL, BUSINESS = "wall", "business"
SHORTEST, LONGEST = timedelta(minutes=5), timedelta(hours=2000)
FOLLOW_UP_SHORTEST = timedelta(hours=24)
"""Less would leave no daytime to ask in, wherever the customer lives."""
DUE_WITHIN = timedelta(days=366)
USUAL = "09:00-18:00"
"""Stands in the form of a brand that has had no hours yet, on workdays."""
_LENGTH = re.compile(r"(?:(\d{1,4})(?:\.(\d{1,2}))?\s*(?:h|hours?|个?小时|时)?|(\d{1,4}):([0-5]\d))")
_MINUTES = re.compile(r"(\d{1,6})\s*(?:m|min|minutes?|分钟|分)")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field: `reason` is a code, `about` what it is about, and the text says it in words."""

    field: str
    reason: str
    about: str
    text: str


class PolicyRefused(ValueError):
    """The policy cannot be kept, for all of these problems."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(f"{one.field}: {one.text}" for one in problems))
        self.problems = problems


def told_policy(told: Mapping[str, str], now: datetime, usual: SlaPolicy | None = None) -> SlaPolicy:
    """The policy that all of `FIELDS` tell; what has no field stays as in `usual`. By the wall clock, hours are not
    looked at. Raises PolicyRefused."""
    problems: list[Problem] = []
    lengths = {name: _length(name, told[name], problems) for name in LENGTHS}
    if told["counts"] not in (WALL, BUSINESS):
        problems.append(Problem("counts", "counts_unknown", told["counts"], "give wall or business"))
    hours = _hours(told, problems) if told["counts"] == BUSINESS else None
    if not problems and lengths["resolution"] < lengths["first_response"]:
        text = "a complaint is not resolved before it is answered"
        problems.append(Problem("resolution", "resolution_first", "", text))
    policy = replace(
        usual or SlaPolicy(),
        first_response=lengths["first_response"],
        resolution=lengths["resolution"],
        follow_up=lengths["follow_up"],
        hours=hours,
    )
    if not problems:
        problems += _unreachable(policy, now)
    if problems:
        raise PolicyRefused(tuple(problems))
    return policy


def as_told(policy: SlaPolicy, zone: str, closed: str = CLOSED) -> dict[str, str]:
    """The policy as it is typed; with usual hours in this zone where it has none of its own."""
    hours = policy.hours or _usual_hours(zone)
    return {
        "counts": BUSINESS if policy.hours else WALL,
        **{name: said_length(getattr(policy, name)) for name in LENGTHS},
        "zone": hours.zone,
        "country": hours.country,
        **dict(zip(WEEKDAYS, hours.week, strict=True)),
        "on_holidays": hours.on_holidays,
        "on_makeup_days": hours.on_makeup_days,
        "days": said_days(hours.days, closed),
    }


def said_length(length: timedelta) -> str:
    """A length as it is typed: 2 or 1:30, in hours."""
    hours, minutes = divmod(length // timedelta(minutes=1), 60)
    return f"{hours}:{minutes:02}" if minutes else str(hours)


def _usual_hours(zone: str) -> BusinessHours:
    country = "CN" if zone == "Asia/Shanghai" else ""
    return BusinessHours(zone, (USUAL,) * 5 + ("", ""), country, "", USUAL)


def _length(name: str, written: str, problems: list[Problem]) -> timedelta:
    plain = fold(written)
    hours, minutes = _LENGTH.fullmatch(plain), _MINUTES.fullmatch(plain)
    if hours is None and minutes is None:
        text = f"{written!r} is no length such as 2, 1:30 or 90 min"
        problems.append(Problem(name, "length_unread", written, text))
        return timedelta()
    if minutes is not None:
        found = timedelta(minutes=int(minutes[1]))
    elif hours is not None and hours[4]:
        found = timedelta(hours=int(hours[3]), minutes=int(hours[4]))
    else:
        found = timedelta(minutes=round(float(f"{hours[1]}.{hours[2] or 0}") * 60)) if hours else timedelta()
    least = FOLLOW_UP_SHORTEST if name == "follow_up" else SHORTEST
    if found < least:
        about = said_length(least) if least >= timedelta(hours=1) else f"{least // timedelta(minutes=1)} min"
        problems.append(Problem(name, "length_short", about, f"give {about} or more"))
    if found > LONGEST:
        about = said_length(LONGEST)
        problems.append(Problem(name, "length_long", about, f"give {about} or less"))
    return found


def _hours(told: Mapping[str, str], problems: list[Problem]) -> BusinessHours | None:
    zone, country = zone_name(told["zone"]), told["country"].strip().upper()
    if zone is None:
        text = f"{told['zone']} is no time zone: give one such as Asia/Shanghai"
        problems.append(Problem("zone", "zone_unknown", told["zone"], text))
    if country and country not in countries():
        text = f"{told['country']} is no country whose holidays are known"
        problems.append(Problem("country", "country_unknown", told["country"], text))
    hours = {name: _read(name, told[name], _periods, "", problems) for name in HOURS}
    nothing: tuple[Day, ...] = ()
    days = _read("days", told["days"], single_days, nothing, problems)
    if not any(told[name].strip() for name in WEEKDAYS):
        text = "no day of the week has hours: no promise would ever be due"
        problems.append(Problem("monday", "never_open", "", text))
    week = tuple(hours[name] for name in WEEKDAYS)
    kept = BusinessHours(zone or "UTC", week, country, hours["on_holidays"], hours["on_makeup_days"], days)
    return None if problems else kept


def _periods(written: str) -> str:
    return said(periods(written))


def _read(field: str, written: str, read: Callable[[str], T], without: T, problems: list[Problem]) -> T:
    try:
        return read(written)
    except PeriodsUnread as refused:
        problems.append(Problem(field, refused.reason, refused.about, str(refused)))
        return without


def _unreachable(policy: SlaPolicy, now: datetime) -> list[Problem]:
    """Promises that would not be due within a year, so few are the hours."""
    found = []
    for name in LENGTHS:
        try:
            due_at = policy.calendar.after(now, getattr(policy, name))
        except NeverOpens:
            due_at = None
        if due_at is None or due_at > now + DUE_WITHIN:
            text = "so few hours are open that it would not be due within a year"
            found.append(Problem(name, "hours_too_few", "", text))
    return found
