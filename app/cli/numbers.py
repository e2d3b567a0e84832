"""`huixin numbers`: how many numbers are verified, and which are not."""

from pathlib import Path

import click

from app import clock
from app.cli._opening import json_option, opened, print_json


@click.group("numbers")
def numbers() -> None:
    """Tell how many numbers are verified, and list those that are not."""


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


COMMAND = numbers
