"""Reads the hours that a brand or a channel sets for itself, as people type them; none may widen the law's, nor a
channel's its provider's."""

import re
from collections.abc import Mapping, Sequence
from datetime import time

from app.domain.compliance.facts import QuietHours
from app.domain.periods import pieces
from app.domain.windows import Window, narrowed, windows

SOURCE = "SPEC CA-3: a figure of the law can only be tightened; data/rules/send_windows.yml"
LAW = Window(QuietHours().start, QuietHours().end)
"""When marketing may go at all; the law lets service messages go at any hour."""
MARKETING, SERVICE = "marketing_hours", "service_hours"
OWN_HOURS = (MARKETING, SERVICE)
"""What a brand and a channel can set, both."""

_TIME = re.compile(r"(\d{1,2})(?::(\d{2}))?")


class HoursRefused(ValueError):
    """These hours cannot be set: `field` is the one to mend, `reason` a code, `about` the hours that it is about,
    and the text says it in words."""

    def __init__(self, field: str, reason: str, about: str, text: str) -> None:
        super().__init__(text)
        self.field, self.reason, self.about = field, reason, about


def told_hours(told: Mapping[str, str]) -> dict[str, str]:
    """Those of `told` that are hours, each in the form that is kept. Raises HoursRefused."""
    return {field: own_hours(field, told[field]) for field in OWN_HOURS if field in told}


def own_hours(field: str, written: str) -> str:
    """The hours as they are kept, 10:00-11:30,15:00-17:00; an empty text stays one. Raises HoursRefused."""
    found = [_window(field, one) for one in pieces(written)]
    if field == SERVICE and len(found) > 1:
        text = f"{written!r} is more than one window: service messages have one"
        raise HoursRefused(field, "hours_not_one", said(found), text)
    for one in found:
        if field == MARKETING and narrowed((one,), (LAW,)) != (one,):
            text = f"{said([one])} goes beyond {said([LAW])}, the hours that the law leaves marketing"
            raise HoursRefused(field, "hours_beyond_law", said([one]), text)
    return said(sorted(found, key=lambda one: (one.start, one.end)))


def check_they_meet(own: str, industry: Sequence[Window]) -> None:
    """Raises HoursRefused where a brand's own hours for marketing leave nothing of its industry's."""
    if own and not narrowed(windows(own), industry):
        text = f"{own} leaves nothing of the industry's {said(industry)}: no marketing would ever go"
        raise HoursRefused(MARKETING, "hours_never_meet", said(industry), text)


def check_within(own: str, providers: str) -> None:
    """Raises HoursRefused where a channel's own hours for marketing go beyond those in which its provider takes it."""
    leaves = windows(providers)
    for one in windows(own) if own else ():
        if narrowed((one,), leaves) != (one,):
            text = (
                f"{said([one])} goes beyond {said(leaves)}, the hours in which the provider takes marketing"
            )
            raise HoursRefused(MARKETING, "hours_beyond_provider", said(leaves), text)


def said(some: Sequence[Window]) -> str:
    """Windows as they are written."""
    return ",".join(f"{one.start:%H:%M}-{one.end:%H:%M}" for one in some)


def _window(field: str, written: str) -> Window:
    start, end = (_time(one) for one in (written.partition("-")[0], written.partition("-")[2]))
    if start is None or end is None:
        raise HoursRefused(field, "hours_unread", written, f"{written!r} is no window such as 10:00-20:00")
    if start >= end:
        text = f"the window {written!r} ends before it starts"
        raise HoursRefused(field, "hours_end_first", written, text)
    return Window(start, end)


def _time(written: str) -> time | None:
    found = _TIME.fullmatch(written)
    try:
        return time(int(found[1]), int(found[2] or 0)) if found else None
    except ValueError:
        return None
