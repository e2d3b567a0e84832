"""`huixin marketing`: the switch that stops all marketing at once."""

from uuid import UUID

import click

from app import clock
from app.cli._opening import opened
from app.usecases.parts import Parts

brand_option = click.option("--brand", help="One brand's short name; else every brand.")


@click.group("marketing")
def marketing() -> None:
    """Stop all marketing at once, and let it go on."""


@marketing.command("stop")
@brand_option
def stop(brand: str | None) -> None:
    """Stop marketing; replies and service messages go on."""
    from app.usecases.marketing_switch import BY_COMMAND, stop_all

    with opened() as parts:
        count = stop_all(parts, BY_COMMAND, clock.now(), _brand_id(parts, brand))
    click.echo(f"marketing stopped; brands that were still sending: {count}")


@marketing.command("resume")
@brand_option
def resume(brand: str | None) -> None:
    """Let marketing go on."""
    from app.usecases.marketing_switch import BY_COMMAND, resume_all

    with opened() as parts:
        count = resume_all(parts, BY_COMMAND, clock.now(), _brand_id(parts, brand))
    click.echo(f"marketing goes on; brands that had been stopped: {count}")


def _brand_id(parts: Parts, code: str | None) -> UUID | None:
    if code is None:
        return None
    brand = parts.directory.current(clock.now()).brand_coded(code)
    if brand is None:
        raise click.ClickException(f"there is no brand called {code}: see `huixin brands list`")
    return brand.id


COMMAND = marketing
