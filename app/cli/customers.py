"""`huixin customers`: takes over lists of customers, gives out what is kept about one, and erases it."""

import sys
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
from app.cli._opening import counted, json_option, language, opened, print_json
from app.domain.imports.sources import BOUGHT, ConsentSource, source_named
from app.domain.imports.words import BOUGHT_LIST, columns_words
from app.domain.sensitive import SCOPES

if TYPE_CHECKING:
    from uuid import UUID

    from app.usecases.customer_list import CustomerList
    from app.usecases.directory import BrandView
    from app.usecases.import_customers import Outcome
    from app.usecases.parts import Parts

SOURCES = ", ".join(source.value for source in ConsentSource)


@click.group("customers")
def customers() -> None:
    """Import lists of customers; export or erase what is kept about one."""


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
@click.option(
    "--partner", help="Who brought them, where the source is a partner: see `huixin partners list`."
)
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
    partner: str | None,
    consent_at: str | None,
    consent_wording: str | None,
    told: tuple[str, ...],
    preview: int | None,
    report: Path | None,
    as_json: bool,
) -> None:
    """Import the customers in FILE (CSV or XLSX); without time and wording of consent they are for service only."""
    from app.usecases.customer_list import CustomerList

    with opened() as parts:
        brand = parts.directory.current(clock.now()).brand_coded(code)
        if brand is None:
            raise click.ClickException(f"there is no brand called {code}: see `huixin brands list`")
        given = CustomerList(
            path=file,
            source=consent_source,
            consent_at=_moment(consent_at, brand.timezone),
            wording=_wording(consent_wording),
            told_columns=_told(told),
            actor="command",
            language=language(),
            report=report or file.with_name(f"{file.stem}.errors.csv"),
            file_name=file.name,
            partner_id=_partner(parts, brand, consent_source, partner),
        )
        with _told_clearly():
            if preview is not None:
                _show_preview(parts, brand, given, preview, as_json)
            else:
                _show(_run(parts, brand, given, as_json), as_json)


def _partner(parts: "Parts", brand: "BrandView", source: ConsentSource, named: str | None) -> "UUID | None":
    from app.reads.licence_words import command_refusal
    from app.usecases.partners import PartnerRefused, bringing

    try:
        return bringing(parts, brand.id, named, is_needed=source is ConsentSource.PARTNER)
    except PartnerRefused as refused:
        raise click.BadParameter(
            command_refusal(refused.reason, language()), param_hint="--partner"
        ) from None


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
        told = ("同一份名单正在导入", "the same list is being imported already")
        raise click.ClickException(told[0 if language() == "zh" else 1]) from None
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


def _run(parts: "Parts", brand: Any, given: "CustomerList", as_json: bool) -> "Outcome":
    from app.sheets import rows_about
    from app.usecases.import_customers import import_customers

    console = Console(stderr=True)
    if as_json or not console.is_terminal:
        return import_customers(parts, brand, given)
    shown = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*shown, console=console, transient=True) as progress:
        task = progress.add_task(given.file_name, total=rows_about(given.path))
        return import_customers(parts, brand, given, lambda row: progress.update(task, completed=row))


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


def _show_preview(parts: "Parts", brand: Any, given: "CustomerList", count: int, as_json: bool) -> None:
    from app.usecases.customer_list import head_of
    from app.usecases.preview_import import preview

    found = preview(parts, brand, given, head_of(given.path, count), clock.now())
    if as_json:
        print_json(found.as_json())
        return
    for line in found.lines(language()):
        click.echo(line)


@customers.command("export")
@click.argument("phone")
def export(phone: str) -> None:
    """Print everything that is kept about the person with PHONE, as one JSON document; the audit notes it."""
    from app.usecases.export_person import export_person

    with opened() as parts:
        found = export_person(parts, _e164(phone), "command", clock.now())
    if found is None:
        raise click.ClickException("nobody with this number is known")
    print_json(found)


@customers.command("consent")
@click.argument("phone")
@click.option("--brand", "code", required=True, help="The brand's short name.")
@click.option("--scope", type=click.Choice(list(SCOPES)), required=True, help="What it is about.")
@click.option("--withdraw", is_flag=True, help="They no longer agree, or switch personalisation off.")
@click.option("--source", required=True, help="Where they said so, such as `shop till`.")
@click.option("--wording", help="The words that they agreed to; a consent needs them.")
def consent(phone: str, code: str, scope: str, withdraw: bool, source: str, wording: str | None) -> None:
    """Record a separate consent to sensitive data, or the switch of personalisation, of the person with PHONE."""
    from app.usecases.separate_consents import ConsentUnproved, Told, record

    with opened() as parts:
        brand = parts.directory.current(clock.now()).brand_coded(code)
        if brand is None:
            raise click.ClickException(f"there is no brand called {code}: see `huixin brands list`")
        told = Told(scope, not withdraw, source, wording)
        try:
            record(parts, _e164(phone), brand.id, told, "command", clock.now())
        except ConsentUnproved:
            raise click.ClickException("give the words that they agreed to with --wording") from None
    click.echo(f"{scope}: {'withdrawn' if withdraw else 'agreed'}")


@customers.command("erase")
@click.argument("phone")
@click.option("--earlier-owners", is_flag=True, help="Whoever had the number before was the same person.")
@click.option("--yes", is_flag=True, help="Do not ask on a terminal.")
def erase(phone: str, earlier_owners: bool, yes: bool) -> None:
    """Erase the person with PHONE: destroy the key to all that is kept about them. Opt-outs stay. It cannot be undone.

    First make sure that it is they who ask. What is queued is cancelled, and whoever texts again is a new person.
    """
    from app.usecases.erase_person import ErasureOrder, erase_person

    e164 = _e164(phone)
    if sys.stdin.isatty() and not yes:
        click.confirm("Nobody will be able to read what is kept about this person. Erase it?", abort=True)
    with opened() as parts:
        done = erase_person(parts, e164, ErasureOrder("command", clock.now(), with_earlier=earlier_owners))
    if done is None:
        raise click.ClickException("nobody with this number is known")
    if done.was_before:
        click.echo(f"nothing is left to erase: it was done on {done.at.astimezone():%Y-%m-%d %H:%M}")
        return
    click.echo("erased")
    if done.earlier:
        click.echo(f"{counted(done.earlier, 'earlier owner')} of the number stayed, being somebody else")
    for delivery in done.in_quarantine:
        click.echo(
            f"in quarantine, and names this number: {delivery} (`huixin inbound discard {delivery}` removes it)"
        )


def _e164(phone: str) -> str:
    from app.domain import phone as phones

    read = phones.parse(phone, "CN")
    if isinstance(read, phones.NotAPhone):
        raise click.BadParameter(f"is no phone number ({read.reason}): give one such as +8613800001234")
    return read.e164


COMMAND = customers
