"""`huixin why`: every decision about one person, with its reason, in plain words."""

import click

from app import clock
from app.cli import _reading
from app.cli._opening import json_option, language, opened, print_json


@click.command("why")
@click.argument("phone")
@click.option("--at", "at", metavar="TIME", help="As it was known at this moment (ISO 8601); else now.")
@json_option
def why(phone: str, at: str | None, as_json: bool) -> None:
    """Tell every decision about the person with PHONE, the newest last."""
    until = _reading.moment(at, "--at") if at else clock.now()
    e164 = _reading.phone(phone)
    from app.reads.why import about_person

    with opened() as parts, parts.store.read() as session:
        found = about_person(session, e164, until)
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


COMMAND = why
