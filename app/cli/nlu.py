"""`huixin nlu`: the language model's server, for this machine only."""

import os
import socket
import time
from collections.abc import Sequence
from urllib.parse import urlsplit

import click

from app import clock, logs
from app.language_model import LanguageError, bot_command, bot_environ, bot_python, current_model
from app.processes.model_server import ModelServer, ModelsFailed
from app.settings import PREFIX, load

HOST = "127.0.0.1"


@click.command("nlu")
@click.option("--port", type=click.IntRange(1, 65535), help="The port; else the one of HUIXIN_NLU_URL.")
def nlu(port: int | None) -> None:
    """Serve the current language model; a promoted one takes over without a pause."""
    try:
        bot_python()
        with _listening(port or urlsplit(load().nlu_url).port or 5005) as listening:
            current_model()
            _serve(listening)
    except LanguageError as error:
        raise click.ClickException(str(error)) from None
    except ModelsFailed:
        raise click.exceptions.Exit(1) from None


def _serve(listening: socket.socket) -> None:
    logs.configure("json" if os.environ.get(f"{PREFIX}LOG_FORMAT") == "json" else "console")
    os.environ.update(bot_environ())
    ModelServer(listening, _wanted, _command, clock.monotonic, time.sleep).run()


def _wanted() -> str | None:
    try:
        return current_model()
    except LanguageError:
        return None


def _command(model: str, listening: int, ready: int) -> Sequence[str]:
    options = ["--model", model, "--listening-fd", str(listening), "--ready-fd", str(ready)]
    return bot_command("serve", [*options, "--parent-pid", str(os.getpid())])


def _listening(port: int) -> socket.socket:
    """The socket to serve on, taken before the slow load so that a taken port is told at once. Nobody listens on it
    yet: whoever asks before the model answers is refused at once.
    """
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except OSError as error:
        listening.close()
        raise click.ClickException(f"port {port} on {HOST} cannot be had: {error.strerror}") from None
    return listening


COMMAND = nlu
