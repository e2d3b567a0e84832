"""`huixin why`: every decision about one person, with its reason, in plain words."""

from datetime import datetime

import click

from app import clock
from app.cli._opening import json_option, language, opened, print_json
from app.domain import phone as phones

REGION = "CN"
"""Where a number without a country is looked for."""


@click.command("why")
@click.argument("phone")
@click.option("--at", "at", metavar="TIME", help="As it was known at this moment (ISO 8601); else now.")
@json_option
def why(phone: str, at: str | None, as_json: bool) -> None:
    """Tell every decision about the person with PHONE, the newest last."""
    until = _moment(at) if at else clock.now()
    read = phones.parse(phone, REGION)
    if isinstance(read, phones.NotAPhone):
        raise click.BadParameter(f"is no phone number ({read.reason}): give one such as +8613800001234")
    from app.reads.why import about_person

    with opened() as parts, parts.store.read() as session:
        found = about_person(session, read.e164, until)
    if found is None:
        raise click.ClickException("nobody with this number is known")
    if as_json:
        print_json([decision.as_json(language()) for decision in found])
        return
    if not found:
        click.echo(
            "还没有关于此人的决定" if language() == "zh" else "nothing has been decided about this person yet"
        )
    for decision in found:
        at_home = decision.at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
        click.echo(f"{at_home}  {decision.brand or '-'}  {decision.sentence(language())}")


def _moment(given: str) -> datetime:
    """A moment as it is typed; without an offset it is this machine's time."""
    try:
        return datetime.fromisoformat(given).astimezone()
    except (ValueError, OverflowError):
        raise click.BadParameter(
            f"{given} is no time: give one such as 2026-11-23T12:00", param_hint="--at"
        ) from None


COMMAND = why
