"""`huixin numbers`: how many numbers are verified, which are not, and asking a checker about those."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.progress import Progress

from app import clock
from app.cli._opening import counted, json_option, opened, print_json
from app.settings import load

if TYPE_CHECKING:
    from app.usecases.check_numbers import Checked

NO_CHECKER = (
    "no number checker is set: give HUIXIN_NUMBER_CHECK_URL and HUIXIN_NUMBER_CHECK_KEY (docs/operating.md)"
)


@click.group("numbers")
def numbers() -> None:
    """Tell how many numbers are verified, list those that are not, and ask a checker about them."""


@numbers.command("share")
@json_option
def share(as_json: bool) -> None:
    """The share of verified numbers by brand, as of this week's review; exit 1 where it is under 30 %."""
    from app.reads.number_health import shares
    from app.usecases.review_numbers import review

    with opened() as parts:
        review(parts, clock.now())
        with parts.store.read() as session:
            found = shares(session)
    if as_json:
        told = ("brand", "week_on", "customers", "verified", "is_too_few")
        print_json([{name: getattr(one, name) for name in told} for one in found])
    else:
        for one in found:
            click.echo(f"{one.brand}: {one.verified} of {one.customers} verified ({one.percent} %)")
    if any(one.is_too_few for one in found):
        raise SystemExit(1)


@numbers.command("unverified")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--brand", "code", required=True, help="Whose customers.")
def unverified(file: Path, code: str) -> None:
    """Write who was not heard of in this quarter to FILE, as CSV with full numbers; the audit notes it."""
    from app.usecases.review_numbers import unverified_as_csv

    with opened() as parts:
        brand = parts.directory.current(clock.now()).brand_coded(code)
        if brand is None:
            raise click.ClickException(f"there is no brand called {code}: see `huixin brands list`")
        lines = unverified_as_csv(parts, brand.id, clock.now(), "command", is_masked=False)
        with file.open("w", encoding="utf-8-sig", newline="") as written:
            written.writelines(lines)
    click.echo(str(file))


@numbers.command("check")
@click.option(
    "--limit", type=click.IntRange(min=1), default=1000, show_default=True, help="Ask about so many."
)
@click.option("--dry-run", is_flag=True, help="Only tell how many would be asked about.")
@json_option
def check(limit: int, dry_run: bool, as_json: bool) -> None:
    """Ask the number-check service about numbers that this quarter has not verified; nobody is sent a text.

    May be ended and run again: who was asked about in this week is left out. Exit 1 where there was no answer.
    """
    from app.usecases.check_numbers import check_numbers, waiting
    from app.wiring import number_checker

    with opened() as parts, number_checker(load()) as asking:
        if asking is None:
            raise click.ClickException(NO_CHECKER)
        wanted = waiting(parts, clock.now())
        if dry_run:
            _tell_plan(asking.name, wanted, min(wanted, limit), as_json)
            return
        with _shown(min(wanted, limit)) as tell:
            done = check_numbers(parts, asking, limit, "command", tell)
        left = waiting(parts, clock.now())
    _tell(done, left, as_json)
    if done.unanswered:
        raise SystemExit(1)


def _tell_plan(checker: str, wanted: int, now: int, as_json: bool) -> None:
    if as_json:
        print_json({"checker": checker, "waiting": wanted, "would_ask": now})
    else:
        click.echo(f"{checker} would be asked about {now} of {counted(wanted, 'number')}; nothing was asked")


@contextmanager
def _shown(total: int) -> Iterator[Callable[[int], None]]:
    """Shows on a terminal how far it is."""
    with Progress(disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("asking", total=total)
        yield lambda asked: progress.update(task, completed=asked)


def _tell(done: "Checked", left: int, as_json: bool) -> None:
    told = {standing.value: count for standing, count in done.told.items()}
    if as_json:
        more = {"unanswered": done.unanswered, "is_broken_off": done.is_broken_off, "waiting": left}
        print_json({"asked": done.asked, **told, **more})
        return
    said = ", ".join(f"{count} {standing}" for standing, count in told.items())
    click.echo(f"asked about {counted(done.asked, 'number')}: {said}; {left} still to be asked about")
    for why, count in done.unanswered.items():
        click.echo(
            f"no answer about {counted(count, 'number')}: {why}; run the command again for them", err=True
        )
    if done.is_broken_off:
        click.echo("broken off: asking on would have been of no use", err=True)


COMMAND = numbers
