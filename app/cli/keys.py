"""`huixin keys rotate`: re-encrypts the data at rest under the newest key."""

import sys

import click
from rich.progress import Progress

from app import logs
from app.cli._opening import counted
from app.settings import load


@click.group("keys")
def keys() -> None:
    """Keys of the data at rest."""


@keys.command("rotate")
def rotate() -> None:
    """Move all data to the newest key of HUIXIN_ENCRYPTION_KEYS; the old keys may be dropped afterwards.

    First deploy the new key behind the old one (all processes can read it), then in front (they write it), then rotate.
    """
    from app.store.encryption import InvalidToken
    from app.usecases import rotate_keys
    from app.wiring import build_parts

    settings = load()
    logs.configure(settings.log_format)
    store = build_parts(settings).store
    with Progress(disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("re-encrypting", total=rotate_keys.count_rows(store))
        seen: dict[str, int] = {}

        def tell(table: str, done: int) -> None:
            progress.update(task, advance=done - seen.get(table, 0))
            seen[table] = done

        try:
            counts = rotate_keys.rotate(store, tell)
        except InvalidToken:
            raise click.ClickException(
                "some data is under a key that is not in HUIXIN_ENCRYPTION_KEYS: add the old key behind the newest"
            ) from None
    click.echo(f"{counted(sum(counts.values()), 'row')} now under the newest key")


COMMAND = keys
