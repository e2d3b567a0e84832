"""Durations and times of day as a marketer writes them: `30m`, `2h`, `1d 12h`, `09:30`."""

import re
from datetime import time, timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, PlainSerializer

_TOO_LONG = 1_000_000_000
"""Seconds."""
_UNITS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
LONGEST = timedelta(weeks=520)
"""Ten years: what waits longer was not meant so, and the calendar ends."""
_DURATION = re.compile(r"(?:\d{1,5}[wdhms] ?)+")
_PART = re.compile(r"(\d{1,5})([wdhms])")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


def parse_duration(written: object) -> object:
    """A timedelta from `2h`, `1d 12h`; what is no text is passed on. Raises ValueError with the mend."""
    return duration_of(written) if isinstance(written, str) else written


def duration_of(written: str) -> timedelta:
    """`2h`, `1d 12h`. Raises ValueError with the mend."""
    plain = written.strip().lower()
    if not _DURATION.fullmatch(plain + " ") and not _DURATION.fullmatch(plain):
        raise ValueError("write a duration like 30m, 2h or 1d 12h")
    return timedelta(seconds=min(sum(int(n) * _UNITS[unit] for n, unit in _PART.findall(plain)), _TOO_LONG))


def within_reason(duration: timedelta) -> timedelta:
    """The duration. Raises ValueError where nobody can wait for so long."""
    if not timedelta(0) <= duration <= LONGEST:
        raise ValueError("write a duration between 0s and 520w, which is ten years")
    return duration


def format_duration(duration: timedelta) -> str:
    """The shortest way to write a duration: `1d 12h`."""
    left = int(duration.total_seconds())
    parts = []
    for unit, seconds in _UNITS.items():
        if unit == "w" and left % seconds:
            continue
        count, left = divmod(left, seconds)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts) or "0s"


def parse_clock(written: object) -> object:
    """A time of day from `9:30`. Raises ValueError with the mend."""
    if not isinstance(written, str):
        return written
    match = _CLOCK.fullmatch(written.strip())
    if not match:
        raise ValueError("write a time of day like 09:30, in quotes")
    return time(int(match[1]), int(match[2]))


def format_clock(clock: time) -> str:
    """`09:30`."""
    return clock.strftime("%H:%M")


Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    AfterValidator(within_reason),
    PlainSerializer(format_duration, return_type=str),
]
Clock = Annotated[time, BeforeValidator(parse_clock), PlainSerializer(format_clock, return_type=str)]
