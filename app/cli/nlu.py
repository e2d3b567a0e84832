"""`huixin nlu`: the language model's server, for this machine only."""

import os
from urllib.parse import urlsplit

import click

from app.language_model import LanguageError, bot_command, bot_environ
from app.settings import load


@click.command("nlu")
@click.option("--port", type=click.IntRange(1, 65535), help="The port; else the one of HUIXIN_NLU_URL.")
def nlu(port: int | None) -> None:
    """Serve the current language model."""
    chosen = port or urlsplit(load().nlu_url).port or 5005
    try:
        command = bot_command("serve", ["--port", str(chosen)])
    except LanguageError as error:
        raise click.ClickException(str(error)) from None
    os.execve(command[0], command, bot_environ())  # noqa: S606  this process becomes the server


COMMAND = nlu
