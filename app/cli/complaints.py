"""`huixin complaints`: the figures of the desk."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import click

from app import clock
from app.cli._days import Day
from app.cli._opening import counted as counted_words
from app.cli._opening import json_option, opened, print_json
from app.domain.complaint_figures import By

WEEKS = timedelta(weeks=8)


@click.group("complaints")
def complaints() -> None:
    """Tell how promises to those who complain were kept."""


@complaints.command("figures")
@click.option(
    "--by",
    type=click.Choice([one.value for one in By]),
    default=By.TOTAL.value,
    show_default=True,
    help="Told apart by.",
)
@click.option("--brand", "code", help="Of this brand alone.")
@click.option("--from", "first", type=Day(), help="The first day; else eight weeks before the last one.")
@click.option("--to", "last", type=Day(), help="The last day; else today.")
@json_option
def figures(by: str, code: str | None, first: date | None, last: date | None, as_json: bool) -> None:
    """Tell the figures of complaints by the day of their receipt; exit 1 where a rate is surely above its line."""
    from app.reads.complaint_figures import LONGEST_DAYS, Wanted
    from app.reads.complaint_figures import figures as counted

    now = clock.now()
    with opened() as parts, parts.store.read() as session:
        directory = parts.directory.current(now)
        brand = directory.brand_coded(code) if code else next(iter(directory.brands.values()), None)
        if code and brand is None:
            raise click.ClickException(f"there is no brand called {code}: see `huixin brands list`")
        last = last or now.astimezone(ZoneInfo(brand.timezone if brand else "UTC")).date()
        first = first or last - WEEKS + timedelta(days=1)
        if not timedelta() <= last - first < timedelta(days=LONGEST_DAYS):
            raise click.BadParameter(
                f"is to lie before --to, by {LONGEST_DAYS} days at most", param_hint="--from"
            )
        found = [one.as_json() for one in counted(session, Wanted(By(by), first, last, code), now)]
    if as_json:
        print_json({"by": by, "from": str(first), "to": str(last), "brand": code, "groups": found})
    else:
        for one in found:
            click.echo(_line(one))
    if any(one["line"] == "surely_over" for one in found):
        raise SystemExit(1)


def _line(one: dict[str, object]) -> str:
    """The figures of a group that matter most; what there is none of is left out."""
    named = f"{one['kind']}  {one['name']}" if one["name"] else str(one["kind"])
    told = [counted_words(int(str(one["complaints"])), "complaint")]
    for key, words in SHARES.items():
        if one[key] is not None:
            told.append(f"{words} {float(str(one[key])):.1%}")
    if one["rate"] is not None:
        told.append(
            f"rate {float(str(one['rate'])):.2%}{' above its line' if one['line'] == 'surely_over' else ''}"
        )
    return f"{named}: {', '.join(told)}"


SHARES = {
    "first_response_in_time": "answered in time",
    "resolution_in_time": "resolved in time",
    "follow_up_in_time": "followed up in time",
    "reopened": "reopened",
    "solved": "solved",
}

COMMAND = complaints
