"""`huixin customers`: takes over lists of customers, and gives out what is kept about one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from app import clock
from app.cli._opening import json_option, language, opened, print_json
from app.domain.imports.sources import BOUGHT, ConsentSource, source_named
from app.domain.imports.words import BOUGHT_LIST, columns_words

if TYPE_CHECKING:
    from app.usecases.import_customers import Order, Outcome
    from app.usecases.parts import Parts

SOURCES = ", ".join(source.value for source in ConsentSource)


@click.group("customers")
def customers() -> None:
    """Import lists of customers, and export what is kept about one."""


class SourceType(click.ParamType[ConsentSource]):
    """Where the consent comes from, as a code or as people write it; a bought list is refused."""

    name = "source"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> ConsentSource:
        """The code. A bought list ends the command with the reason."""
        code = source_named(str(value))
        if code == BOUGHT:
            raise click.ClickException(BOUGHT_LIST[0 if language() == "zh" else 1])
        if code is None:
            self.fail(f"{value} is none of {SOURCES}", param, ctx)
        return ConsentSource(code)


@customers.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--brand", "code", required=True, help="The brand whose customers they are.")
@click.option("--consent-source", type=SourceType(), required=True, help=f"How they agreed: {SOURCES}.")
@click.option("--consent-at", help="When they agreed (ISO 8601; without an offset in the brand's zone).")
@click.option("--consent-wording", help="The words that they agreed to.")
@click.option(
    "--map", "told", multiple=True, metavar="COLUMN=FIELD", help="What a column means; `-` leaves it out."
)
@click.option(
    "--preview", type=click.IntRange(1, 100), metavar="N", help="Show the first N rows, keep nothing."
)
@click.option(
    "--report", type=click.Path(dir_okay=False, path_type=Path), help="Where to write what was wrong."
)
@json_option
def import_list(
    file: Path,
    code: str,
    consent_source: ConsentSource,
    consent_at: str | None,
    consent_wording: str | None,
    told: tuple[str, ...],
    preview: int | None,
    report: Path | None,
    as_json: bool,
) -> None:
    """Import the customers in FILE (CSV or XLSX); without time and wording of consent they are for service only."""
    from app.usecases.import_customers import Order

    with opened() as parts:
        brand = parts.directory.current(clock.now()).brand_coded(code)
        if brand is None:
            raise click.ClickException(f"there is no brand called {code}: see `huixin brands list`")
        order = Order(
            path=file,
            source=consent_source,
            consent_at=_moment(consent_at, brand.timezone),
            wording=_wording(consent_wording),
            told_columns=_told(told),
            actor="command",
            language=language(),
            report=report or file.with_name(f"{file.stem}.errors.csv"),
            file_name=file.name,
        )
        with _told_clearly():
            if preview is not None:
                _show_preview(parts, brand, order, preview, as_json)
            else:
                _show(_run(parts, brand, order, as_json), as_json)


@contextmanager
def _told_clearly() -> Iterator[None]:
    """Ends the command with a sentence where the list cannot be read or kept."""
    from app.domain.imports.columns import ColumnsUnclear
    from app.sheets import Unreadable
    from app.usecases.import_customers import TakenOver

    try:
        yield
    except Unreadable as error:
        raise click.ClickException(error.zh if language() == "zh" else error.en) from None
    except ColumnsUnclear as unclear:
        raise click.ClickException(columns_words(unclear, language())) from None
    except TakenOver:
        raise click.ClickException("the same list is being imported by another process") from None
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from None


def _moment(written: str | None, zone: str) -> datetime | None:
    from app.domain.imports.moments import moment
    from app.domain.imports.rows import EARLIEST

    if written is None:
        return None
    at = moment(written, ZoneInfo(zone))
    if at is None or not EARLIEST <= at <= clock.now():
        raise click.BadParameter("give a past moment such as 2026-11-23T12:00", param_hint="--consent-at")
    return at


def _wording(written: str | None) -> str | None:
    from app.domain.imports.rows import LONGEST_WORDING

    if written is not None and len(written) > LONGEST_WORDING:
        raise click.BadParameter(f"has up to {LONGEST_WORDING} characters", param_hint="--consent-wording")
    return (written or "").strip() or None


def _told(given: tuple[str, ...]) -> dict[str, str]:
    told = {}
    for one in given:
        column, equals, field = one.rpartition("=")
        if not (column.strip() and equals and field.strip()):
            raise click.BadParameter(f"{one} is not COLUMN=FIELD", param_hint="--map")
        told[column.strip()] = field.strip()
    return told


def _run(parts: "Parts", brand: Any, order: "Order", as_json: bool) -> "Outcome":
    from app.sheets import rows_about
    from app.usecases.import_customers import import_customers

    console = Console(stderr=True)
    if as_json or not console.is_terminal:
        return import_customers(parts, brand, order)
    shown = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*shown, console=console, transient=True) as progress:
        task = progress.add_task(order.file_name, total=rows_about(order.path))
        return import_customers(parts, brand, order, lambda row: progress.update(task, completed=row))


def _show(outcome: "Outcome", as_json: bool) -> None:
    from app.domain.imports.words import summary

    if as_json:
        print_json(
            {
                "import": str(outcome.import_id),
                "is_repeated": outcome.is_repeated,
                "went_on_after_row": outcome.went_on_after,
                "counts": dict(outcome.counts),
                "report": str(outcome.report) if outcome.report else None,
            }
        )
        return
    for line in summary(outcome.counts, outcome.is_repeated, outcome.went_on_after, language()):
        click.echo(line)
    if outcome.report:
        click.echo(str(outcome.report))


def _show_preview(parts: "Parts", brand: Any, order: "Order", count: int, as_json: bool) -> None:
    from app.usecases.preview_import import preview

    found = preview(parts, brand, order, count, clock.now())
    if as_json:
        print_json(found.as_json())
        return
    for line in found.lines(language()):
        click.echo(line)


@customers.command("export")
@click.argument("phone")
def export(phone: str) -> None:
    """Print everything that is kept about the person with PHONE, as one JSON document; the audit notes it."""
    from app.domain import phone as phones
    from app.usecases.export_person import export_person

    read = phones.parse(phone, "CN")
    if isinstance(read, phones.NotAPhone):
        raise click.BadParameter(f"is no phone number ({read.reason}): give one such as +8613800001234")
    with opened() as parts:
        found = export_person(parts, read.e164, "command", clock.now())
    if found is None:
        raise click.ClickException("nobody with this number is known")
    print_json(found)


COMMAND = customers
