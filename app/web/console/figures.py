"""Figures of the desk: how promises were kept and how many complain, on a page with bars and as CSV."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, current_app, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from app.domain.complaint_figures import COUNTED_PER, KINDS, MESSAGE, By
from app.domain.days import is_in_range
from app.reads.complaint_figures import LONGEST_DAYS, Group, Wanted
from app.reads.complaint_figures import figures as counted
from app.usecases.importing_report import guarded
from app.usecases.parts import Parts
from app.web.access import allow
from app.web.console.figure_words import BY, COLUMNS, Column, group_name
from app.web.console.rendering import page, zone_of_the_house

figures = Blueprint("figures", __name__, url_prefix="/figures")
READERS = ("marketer", "manager", "admin")
SHOWN_FROM = timedelta(weeks=8)


@dataclass(frozen=True, slots=True)
class View:
    """What somebody may ask. A marketer sees how many complained of messages, and nothing of the desk's work."""

    kinds: tuple[str, ...]
    by: tuple[By, ...]
    columns: tuple[Column, ...]
    is_whole: bool

    def columns_of(self, kind: str, by: By) -> Sequence[Column]:
        """The columns of a kind's table: no rate where there is nothing to count against."""
        return [one for one in self.columns if by in COUNTED_PER[kind] or one.name not in ("per", "rate")]


def view() -> View:
    """What who is logged in may ask."""
    if current_user.role != "marketer":
        return View(KINDS, tuple(one for one in By if one is not By.TOTAL), COLUMNS, True)
    by = (By.CAMPAIGN, By.VARIANT, By.BRAND, By.WEEK)
    return View((MESSAGE,), by, tuple(one for one in COLUMNS if one.is_rate), False)


@figures.get("")
@allow(*READERS)
def shown() -> ResponseReturnValue:
    """The totals of each kind, and a line for each group with its bars."""
    parts: Parts = current_app.extensions["parts"]
    may, now = view(), parts.now()
    wanted = _wanted(may)
    with parts.store.read() as session:
        groups = counted(session, wanted, now)
        told = (wanted.first, wanted.last, wanted.brand, wanted.kinds)
        totals = {one.kind: one.figures for one in counted(session, Wanted(By.TOTAL, *told), now)}
    return page(
        "console/figures.html",
        wanted=wanted,
        may=may,
        totals=totals,
        groups={kind: [one for one in groups if one.kind == kind] for kind in may.kinds},
        titles=BY,
        counted_per=COUNTED_PER,
        brands=parts.directory.current(now).brands.values(),
    )


@figures.get("/complaints.csv")
@allow(*READERS)
def as_csv() -> ResponseReturnValue:
    """The same lines for a spreadsheet: shares as parts of one, times in minutes."""
    parts: Parts = current_app.extensions["parts"]
    may = view()
    wanted = _wanted(may)
    with parts.store.read() as session:
        groups = counted(session, wanted, parts.now())
    answer = Response("\ufeff" + "".join(_lines(may, wanted, groups)), mimetype="text/csv")
    name = f"complaints-{wanted.by}-{wanted.first}-{wanted.last}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _lines(may: View, wanted: Wanted, groups: Sequence[Group]) -> Iterator[str]:
    heading = [gettext("Kind"), str(BY[wanted.by]), *(one.heading for one in may.columns)]
    yield _line(heading)
    for group in groups:
        told = [one.plain(group) for one in may.columns]
        yield _line([group.kind, group_name(group, wanted.by), *told])


def _line(cells: Sequence[object]) -> str:
    line = StringIO()
    csv.writer(line).writerow([guarded(cell) if isinstance(cell, str) else cell for cell in cells])
    return line.getvalue()


def _wanted(may: View) -> Wanted:
    """What the address asks for; what cannot be read is as it is at first, and a stretch is cut where it is too
    long."""
    parts: Parts = current_app.extensions["parts"]
    now = parts.now()
    by = request.args.get("by", type=By)
    brand = parts.directory.current(now).brand_coded(request.args.get("brand", ""))
    today = now.astimezone(ZoneInfo(brand.timezone if brand else zone_of_the_house())).date()
    last = _day("to", today)
    first = _day("from", last - SHOWN_FROM + timedelta(days=1))
    first, last = min(first, last), max(first, last)
    if (last - first).days >= LONGEST_DAYS:
        first = last - timedelta(days=LONGEST_DAYS - 1)
        flash(gettext("Two years at most are shown."), "info")
    return Wanted(by if by in may.by else may.by[0], first, last, brand and brand.code, may.kinds)


def _day(name: str, otherwise: date) -> date:
    try:
        day = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return otherwise
    return day if is_in_range(day) else otherwise
