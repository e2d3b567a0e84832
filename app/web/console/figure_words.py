"""Puts figures into words: each column of their table with its heading, as people read it and as programs do."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from app.domain.complaint_figures import ALARM_LINES, MESSAGE, By, Figures, Line, Promises, against_line
from app.reads.complaint_figures import Group
from app.web.console.wording import CATEGORIES

BY: Mapping[By, LazyString] = {
    By.BRAND: lazy_gettext("Brand"),
    By.CAMPAIGN: lazy_gettext("Campaign"),
    By.VARIANT: lazy_gettext("Variant"),
    By.CATEGORY: lazy_gettext("Category"),
    By.PERSON: lazy_gettext("Member of staff"),
    By.WEEK: lazy_gettext("Week from"),
}
LINES: Mapping[Line, LazyString] = {
    Line.OVER: lazy_gettext("above %(line)s, perhaps by chance"),
    Line.SURELY_OVER: lazy_gettext("above %(line)s"),
}
NOTHING = "–"
MOST_BARS = 16


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `value` is a number for programs, `said` what people read; `is_rate` if marketers see it, too."""

    name: str
    title: LazyString
    value: Callable[[Figures], float | int | None]
    said: Callable[[Any], str]
    is_rate: bool = False

    @property
    def heading(self) -> str:
        """What stands above it."""
        return str(self.title)

    def plain(self, group: Group) -> float | int | str:
        """The number alone; nothing where there is none."""
        value = self.value(group.figures)
        return "" if value is None else round(value, 6)

    def words(self, figures: Figures) -> str:
        """The number as people read it."""
        value = self.value(figures)
        return NOTHING if value is None else self.said(value)


def say_share(share: float | None) -> str:
    """A share as whole per cent; what is almost all is not told as all."""
    if share is None:
        return NOTHING
    percent = 100 * share
    rounded = min(99, round(percent)) if percent < 100 else 100
    return f"{max(1, rounded) if percent else 0} %"


def say_rate(rate: float | None) -> str:
    """A small share, in per cent with two decimals."""
    return NOTHING if rate is None else f"{100 * rate:.2f} %"


def say_time(length: timedelta | None) -> str:
    """A length of time as people read it."""
    return NOTHING if length is None else say_minutes(length / timedelta(minutes=1))


def say_minutes(minutes: float) -> str:
    """A length of time, to the minute; what took less is told as less."""
    if minutes < 1:
        return gettext("under 1 minute")
    hours, rest = divmod(int(minutes), 60)
    if not hours:
        return gettext("%(minutes)s min", minutes=rest)
    return gettext("%(hours)s h %(minutes)s min", hours=hours, minutes=rest)


def say_line(figures: Figures, kind: str) -> str:
    """How a rate stands to its alarm line; nothing where it is not above it."""
    words = LINES.get(against_line(kind, figures))
    return str(words) % {"line": say_rate(ALARM_LINES[kind])} if words else ""


def line_of(figures: Figures, kind: str) -> str:
    """The code of the same."""
    return against_line(kind, figures).value


def group_name(group: Group, by: By) -> str:
    """What a group is called."""
    if group.name is None:
        return gettext("Nobody") if by is By.PERSON else gettext("None")
    if by is By.CATEGORY:
        return str(CATEGORIES.get(group.name, group.name))
    return group.name


def drawn(groups: Sequence[Group], by: By) -> Sequence[Group]:
    """Of many groups those that are drawn: the latest weeks, else those with the most complaints."""
    return groups[-MOST_BARS:] if by is By.WEEK else groups[:MOST_BARS]


def per_what(kind: str) -> str:
    """What complaints of a kind are counted against."""
    return gettext("Marketing messages delivered") if kind == MESSAGE else gettext("Orders placed")


def _minutes(length: timedelta | None) -> float | None:
    return None if length is None else length / timedelta(minutes=1)


def _number(value: float) -> str:
    return f"{value:,.0f}"


def _decided(promises: Promises) -> int:
    return promises.kept + promises.broken


COLUMNS = (
    Column("complaints", lazy_gettext("Complaints"), lambda one: one.complaints, _number, is_rate=True),
    Column("per", lazy_gettext("Messages or orders"), lambda one: one.per, _number, is_rate=True),
    Column("rate", lazy_gettext("Complaint rate"), lambda one: one.rate, say_rate, is_rate=True),
    Column(
        "answered",
        lazy_gettext("First response in time"),
        lambda one: one.first_response.share,
        say_share,
    ),
    Column("answers", lazy_gettext("First responses due"), lambda one: _decided(one.first_response), _number),
    Column(
        "response_median",
        lazy_gettext("First response, median"),
        lambda one: _minutes(one.response_time.median),
        say_minutes,
    ),
    Column(
        "response_p90",
        lazy_gettext("First response, 90 %"),
        lambda one: _minutes(one.response_time.p90),
        say_minutes,
    ),
    Column("resolved", lazy_gettext("Resolution in time"), lambda one: one.resolution.share, say_share),
    Column("resolutions", lazy_gettext("Resolutions due"), lambda one: _decided(one.resolution), _number),
    Column(
        "resolution_median",
        lazy_gettext("Resolution, median"),
        lambda one: _minutes(one.resolution_time.median),
        say_minutes,
    ),
    Column(
        "resolution_p90",
        lazy_gettext("Resolution, 90 %"),
        lambda one: _minutes(one.resolution_time.p90),
        say_minutes,
    ),
    Column("followed_up", lazy_gettext("Follow-up in time"), lambda one: one.follow_up.share, say_share),
    Column("reopened", lazy_gettext("Reopened"), lambda one: one.reopened_share, say_share),
    Column("solved", lazy_gettext("Solved, say customers"), lambda one: one.asked.share, say_share),
    Column(
        "answers_given",
        lazy_gettext("Said solved or not"),
        lambda one: one.asked.solved + one.asked.unsolved,
        _number,
    ),
    Column("no_answer", lazy_gettext("No answer"), lambda one: one.asked.no_answer, _number),
    Column("not_possible", lazy_gettext("Could not be asked"), lambda one: one.asked.not_possible, _number),
)
"""The table's columns, in their order."""

FILTERS: Mapping[str, Callable[..., Any]] = {
    "say_share": say_share,
    "say_rate": say_rate,
    "say_line": say_line,
    "line_of": line_of,
    "per_what": per_what,
    "say_time": say_time,
    "drawn": drawn,
    "group_name": group_name,
}
