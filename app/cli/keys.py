"""`huixin keys`: re-encrypts the data at rest under the newest key, and hashes it anew under the newest hash key."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.progress import Progress

from app.cli._opening import counted, opened


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

    with opened() as parts, _told("re-encrypting", rotate_keys.count_rows(parts.store)) as tell:
        try:
            counts = rotate_keys.rotate(parts.store, tell)
        except InvalidToken:
            raise click.ClickException(
                "some data is under a key that is not in HUIXIN_ENCRYPTION_KEYS: add the old key behind the newest"
            ) from None
    click.echo(f"{counted(sum(counts.values()), 'row')} now under the newest key")


@keys.command("rehash")
def rehash() -> None:
    """Find people by the newest key of HUIXIN_HASH_KEY; the old keys may be dropped from it afterwards.

    First deploy the new key behind the old one (all processes can find by it), then in front (they write it).
    """
    from app.usecases import rehash as rehashing

    with opened() as parts, _told("hashing anew", rehashing.count_rows(parts.store)) as tell:
        done = rehashing.rehash(parts.store, tell)
    if done.left:
        raise click.ClickException(
            f"{counted(done.left, 'number')} found twice, under an old key and the newest: the old key has to stay. "
            "Make sure that every process runs with the newest key first"
        )
    click.echo(f"{counted(sum(done.counts.values()), 'row')} now under the newest hash key")


@contextmanager
def _told(what: str, total: int) -> Iterator[Callable[[str, int], None]]:
    """Shows on a terminal how far it is."""
    with Progress(disable=not sys.stderr.isatty()) as progress:
        task, seen = progress.add_task(what, total=total), dict[str, int]()

        def tell(table: str, done: int) -> None:
            progress.update(task, advance=done - seen.get(table, 0))
            seen[table] = done

        yield tell


COMMAND = keys
