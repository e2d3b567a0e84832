"""What commands share: opening the parts of this installation, and printing for people or for programs."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import click

from app import logs
from app.reads.reason_words import Language
from app.secret_keys import none_made
from app.settings import SettingsError, load
from app.usecases.parts import Parts

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@contextmanager
def opened() -> Iterator[Parts]:
    """The parts of this installation, given back at the end; a database that cannot be used ends the command."""
    from app.wiring import build_parts

    settings = load()
    logs.configure(settings.log_format)
    with _database_told():
        parts = build_parts(settings)
        try:
            yield parts if settings.has_public_url else _where_the_web_is(parts)
        finally:
            parts.store.close()


@contextmanager
def opened_if_made() -> Iterator[Parts | None]:
    """The same; None where nothing has been installed yet, neither secrets nor a database."""
    if not _is_made():
        yield None
        return
    with opened() as parts:
        yield parts


def _is_made() -> bool:
    from app.wiring import is_initialised

    try:
        settings = load()
    except SettingsError as error:
        if none_made(error):
            return False
        raise
    with _database_told():
        return is_initialised(settings)


@contextmanager
def _database_told() -> Iterator[None]:
    from sqlalchemy.exc import DBAPIError

    try:
        yield
    except DBAPIError as error:
        problem = str(error.orig).splitlines()[0] if error.orig is not None else type(error).__name__
        raise click.ClickException(f"the database cannot be used ({problem}): see `huixin doctor`") from None


def _where_the_web_is(parts: Parts) -> Parts:
    """With the address of the web that was started last: it may listen on another port than this shell names."""
    from app.reads.processes import web_address

    with parts.store.read() as session:
        return replace(parts, public_url=web_address(session) or parts.public_url)


def print_json(document: Any) -> None:
    """One JSON document on stdout."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2, default=str))


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with what it counts: `1 flow`, `2 flows`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def language() -> Language:
    """The language of the terminal: Chinese where its locale says so, else English."""
    spoken = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh" if spoken.lower().startswith("zh") else "en"
