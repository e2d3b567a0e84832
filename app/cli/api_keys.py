"""`huixin api-keys`: keys for the programs that call the API."""

import click

from app import clock, logs
from app.settings import load


@click.group("api-keys")
def api_keys() -> None:
    """Make keys for the API."""


@api_keys.command("add")
@click.argument("name")
@click.option("--brand", required=True, help="The brand's short name.")
def add(name: str, brand: str) -> None:
    """Make a key called NAME for one brand, and print it: it is kept nowhere."""
    from app.usecases.api_keys import NameTaken, UnknownBrand
    from app.usecases.api_keys import add as add_key
    from app.wiring import build_parts

    settings = load()
    logs.configure(settings.log_format)
    parts = build_parts(settings)
    try:
        key = add_key(parts, name, brand, clock.now(), "command")
    except UnknownBrand:
        raise click.ClickException(f"there is no brand called {brand}: see `huixin brands list`") from None
    except NameTaken:
        raise click.ClickException(
            f"{brand} has a key called {name} already: take another name, or revoke that one in the console"
        ) from None
    finally:
        parts.store.close()
    click.echo(key)


COMMAND = api_keys
