"""`huixin content`: what a text would look like on a phone, what it costs, and what its checks say."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.cli._opening import counted, json_option, language, opened, print_json

if TYPE_CHECKING:
    from app.usecases.content import Checked


@click.group("content")
def content() -> None:
    """Check what texts say."""


@content.command("check")
@click.argument("text")
@click.option("--brand", metavar="CODE", help="Whose text it is; else the first brand's.")
@click.option("--channel", metavar="NAME", help="The channel it would leave by; else the brand's first.")
@click.option("--offer", "offers", multiple=True, metavar="NAME", help="An offer that the text speaks of.")
@click.option(
    "--as",
    "purpose",
    type=click.Choice(["marketing", "service", "reply"]),
    default="marketing",
    show_default=True,
    help="What the text is for.",
)
@json_option
def check(
    text: str,
    brand: str | None,
    channel: str | None,
    offers: tuple[str, ...],
    purpose: str,
    as_json: bool,
) -> None:
    """Check TEXT, or each line of the file with that name; exit 1 where one would not be sent."""
    from app.domain.purpose import Purpose
    from app.usecases.content import ContentRefused, Draft, checked

    drafts = [Draft(line, Purpose(purpose), offers) for line in _texts(text)]
    with opened() as parts:
        try:
            found = checked(parts, drafts, brand, channel)
        except ContentRefused as error:
            raise click.ClickException(str(error)) from None
    shown = [_as_json(one) for one in found]
    if as_json:
        print_json(shown)
    else:
        _show(shown)
    if blocked := sum(one["is_blocked"] for one in shown):
        raise click.ClickException(f"{counted(blocked, 'text')} would not be sent")


def _texts(given: str) -> list[str]:
    """The text itself, or the lines of the file of this name that say something."""
    try:
        is_file = Path(given).is_file()
    except (OSError, ValueError):  # a text can be too long, or too strange, for the name of a file
        is_file = False
    if not is_file:
        return [given]
    try:
        written = Path(given).read_text(encoding="utf-8-sig")
    except (OSError, ValueError):
        raise click.ClickException(f"{given} cannot be read: it has to be a text file in UTF-8") from None
    return [line for line in written.splitlines() if line.strip()]


def _as_json(one: "Checked") -> dict[str, Any]:
    from app.domain.content.checking import is_blocked
    from app.reads.change_words import change_words
    from app.reads.reason_words import reason_words

    return {
        "channel": one.channel,
        "text": one.composed.text,
        "length": len(one.composed.text),
        "parts": one.composed.parts,
        "encoding": one.composed.encoding,
        "is_blocked": is_blocked(one.findings),
        "changes": [
            {**asdict(change), "sentence": change_words(change.code, language())} for change in one.changes
        ],
        "findings": [
            {**asdict(finding), "sentence": reason_words(finding.code, language())}
            for finding in one.findings
        ],
    }


def _show(shown: list[dict[str, Any]]) -> None:
    for one in shown:
        click.echo(one["text"])
        size = f"{one['length']} characters, {counted(one['parts'], 'part')}, {one['encoding']}"
        click.echo(f"  {size}, by {one['channel']}")
        for change in one["changes"]:
            click.echo(
                f"  change: {change['sentence']}" + (f" ({change['quote']})" if change["quote"] else "")
            )
        for finding in one["findings"]:
            quote = f" ({finding['quote']})" if finding["quote"] else ""
            mend = f": {finding['mend']}" if finding["mend"] else ""
            click.echo(f"  {finding['severity']}: {finding['sentence']}{quote}{mend}")


COMMAND = content
