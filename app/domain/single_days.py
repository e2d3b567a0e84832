"""Reads which hours differ on single days, as people type them: a line each, 2026-10-01..2026-10-07 closed."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from app.domain.days import is_in_range
from app.domain.periods import PeriodsUnread, periods, said
from app.domain.text import fold

CLOSED = "closed"
MOST = 100
"""Days of one brand: each of its complaints keeps them."""
Day = tuple[date, str]
_DATE = r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
_LINE = re.compile(rf"{_DATE}(?:\s*(?:\.\.+|[-~–—至到…]|to)\s*{_DATE})?[\s:]+(.+)")
_SAYS_CLOSED = {CLOSED, "closed all day", "close", "off", "休息", "关闭", "不营业", "放假", "休"}


def single_days(written: str) -> tuple[Day, ...]:
    """The days with their hours, in order. Raises PeriodsUnread, about the line to mend."""
    found: dict[date, str] = {}
    for line in written.splitlines():
        for day, hours in _days(line) if line.strip() else ():
            if day in found:
                raise PeriodsUnread("day_twice", day.isoformat(), f"{day} stands there twice")
            found[day] = hours
            if len(found) > MOST:
                raise PeriodsUnread("days_many", str(MOST), f"there are more than {MOST} single days")
    return tuple(sorted(found.items()))


def said_days(days: Sequence[Day], closed: str = CLOSED) -> str:
    """The days as they are typed, those in a row with the same hours on one line."""
    rows: list[tuple[date, date, str]] = []
    for day, hours in days:
        if rows and rows[-1][1] == day - timedelta(days=1) and rows[-1][2] == hours:
            rows[-1] = rows[-1][0], day, hours
        else:
            rows.append((day, day, hours))
    return "\n".join(
        f"{first}{f'..{last}' if last != first else ''} {hours or closed}" for first, last, hours in rows
    )


def _days(line: str) -> Iterator[Day]:
    found = _LINE.fullmatch(fold(line))
    first = _date(found.groups()[:3]) if found else None
    if found is None or first is None:
        raise PeriodsUnread(
            "day_unread", line.strip(), f"{line.strip()!r} is no line such as 2026-10-01 closed"
        )
    last = _date(found.groups()[3:6]) if found[4] else first
    if last is None or last < first:
        raise PeriodsUnread("day_unread", line.strip(), f"{line.strip()!r} has no last day after its first")
    hours = "" if found[7].strip() in _SAYS_CLOSED else said(periods(found[7]))
    for ahead in range(min((last - first).days, MOST) + 1):
        yield first + timedelta(days=ahead), hours


def _date(told: Sequence[str]) -> date | None:
    try:
        day = date(*(int(one) for one in told))
    except ValueError:
        return None
    return day if is_in_range(day) else None
