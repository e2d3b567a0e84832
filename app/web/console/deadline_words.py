"""Puts a brand's deadlines for complaints into words: lengths, hours of the week, and what is wrong with either."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any

from flask_babel import get_locale, gettext, lazy_gettext, ngettext

from app.domain.business_time import BusinessHours
from app.domain.periods import periods
from app.domain.single_days import said_days
from app.domain.told_policy import Problem
from app.domain.workdays import countries
from app.web.console.permits import language, listed
from app.web.console.wording import Words

PROBLEMS: Words = {
    "counts_unknown": lazy_gettext("Choose one of the two."),
    "length_unread": lazy_gettext(
        "“%(about)s” is no length: write it in hours, like 2 or 1:30, or in minutes, like 90 min."
    ),
    "length_short": lazy_gettext("Too short: %(about)s or more."),
    "length_long": lazy_gettext("Too long: %(about)s or less."),
    "resolution_first": lazy_gettext(
        "It is shorter than the first response: nothing is resolved before it is answered."
    ),
    "zone_unknown": lazy_gettext("“%(about)s” is no time zone: write it like Asia/Shanghai."),
    "country_unknown": lazy_gettext("The public holidays of “%(about)s” are not known."),
    "hours_unread": lazy_gettext("“%(about)s” is no time: write it like 09:00-12:00,13:00-18:00."),
    "hours_empty": lazy_gettext("“%(about)s” ends when it starts; a whole day is 00:00-24:00."),
    "hours_overlap": lazy_gettext("%(about)s overlap."),
    "never_open": lazy_gettext("No day of the week has hours: no promise would ever be due."),
    "hours_too_few": lazy_gettext("The hours are so few that it would not be due within a year."),
    "day_unread": lazy_gettext(
        "“%(about)s” cannot be read: write the day and then its hours, like 2026-10-01 closed."
    ),
    "day_twice": lazy_gettext("%(about)s stands there twice."),
    "days_many": lazy_gettext("There are more than %(about)s days: take out those that have passed."),
}
FIRST = ("CN", "HK", "MO", "TW", "SG", "US")
"""Whose holidays stand at the head of the list."""


def problem_words(problem: Problem) -> str:
    """What is wrong with a field, as a sentence."""
    return str(PROBLEMS[problem.reason]) % {"about": problem.about.replace(",", listed(("", "")))}


def say_length(length: timedelta) -> str:
    """A length in hours and minutes."""
    hours, minutes = divmod(length // timedelta(minutes=1), 60)
    said = [ngettext("%(num)s hour", "%(num)s hours", hours)] if hours else []
    said += [ngettext("%(num)s minute", "%(num)s minutes", minutes)] if minutes else []
    return ("" if language() == "zh" else " ").join(said)


def say_place(code: str) -> str:
    """The name of a country or region."""
    locale: Any = get_locale()
    name: str = locale.territories.get(code, code)
    return name


def places() -> list[tuple[str, str]]:
    """Whose holidays can be kept, as (code, name): those nearby first, then by name."""
    known = {code: say_place(code) for code in countries()}
    others = sorted((name, code) for code, name in known.items() if code not in FIRST)
    return [(code, known[code]) for code in FIRST] + [(code, name) for name, code in others]


def week_lines(hours: BusinessHours) -> list[tuple[str, str]]:
    """The hours of the week, days in a row with the same ones together; then those of other days."""
    lines = []
    numbered = list(enumerate(hours.week))
    for written, days in groupby(numbered, key=lambda one: one[1]):
        first, *_, last = 2 * [number for number, _ in days]
        name = weekday(first) if first == last else f"{weekday(first)}–{weekday(last)}"
        lines.append((name, say_periods(written)))
    if hours.country:
        lines.append((gettext("Public holidays"), say_periods(hours.on_holidays)))
        lines.append((gettext("Days worked in return"), say_periods(hours.on_makeup_days)))
    return lines


def weekday(number: int) -> str:
    """The short name of a day of the week; Monday is 0."""
    locale: Any = get_locale()
    name: str = locale.days["format"]["abbreviated"][number]
    return name


def say_periods(written: str) -> str:
    """The hours of a day as people read them."""
    return listed(str(one) for one in periods(written)) if written else gettext("closed all day")


def day_lines(hours: BusinessHours) -> Sequence[str]:
    """The single days, those in a row together."""
    return said_days(hours.days, gettext("closed all day")).splitlines()


FILTERS: Mapping[str, Callable[..., Any]] = {
    "day_lines": day_lines,
    "say_length": say_length,
    "say_place": say_place,
    "week_lines": week_lines,
}
