"""`huixin up`: everything on one machine, under one supervisor: web, worker, clock and nlu."""

import os
import socket
import sys
import threading
from urllib.parse import urlsplit

import click
import structlog

from app import clock, logs
from app.cli._reaching import answers
from app.cli.web import port_taken
from app.processes.web import PortTaken, held, is_free
from app.secret_keys import create_secrets
from app.settings import PREFIX, ROOT, Settings, is_loopback, load, var_folder
from app.supervisor import Program, Supervisor

READY_SECONDS = 60
log = structlog.get_logger(__name__)


@click.command("up")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address that the web listens on.")
def up(host: str) -> None:
    """Run web, worker, clock and nlu until Ctrl-C; on the first start, make what they need."""
    os.umask(0o077)  # the database is its owner's alone
    create_secrets(var_folder())
    settings = load()
    logs.configure(settings.log_format)
    try:
        with held(host, settings.port):  # before anything is made: a second one on the port makes nothing
            _run(settings, host)
    except PortTaken:
        raise port_taken(settings.port) from None


def _run(settings: Settings, host: str) -> None:
    from app.wiring import initialise

    initialised = initialise(settings)
    welcome = [f"Huixin runs at {settings.public_url}"]
    if settings.simulator:
        welcome.append(f"the phone simulator is at {settings.public_url}/simulator")
    if initialised.one_time_password:
        welcome.append(
            f"log in as {initialised.admin_email}, one-time password {initialised.one_time_password}"
        )
    has_language = _has_language()
    if has_language:
        welcome.append("texts that only the language model can read wait the seconds that it takes to load")
    listening = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
    threading.Thread(target=_welcome, args=(listening, welcome), daemon=True).start()
    Supervisor(programs(settings, host, has_language=has_language), clock.monotonic).run()


def programs(settings: Settings, host: str, *, has_language: bool) -> list[Program]:
    """Return what runs on this machine; an NLU elsewhere is left to those who run it there."""
    huixin = (sys.executable, "-m", "app.cli")
    environ = {}
    names: list[tuple[str, ...]] = [("web", "--host", host, "--is-held"), ("worker",), ("clock",)]
    if has_language and is_loopback(settings.nlu_url):
        environ = {f"{PREFIX}NLU_URL": free_nlu_url(settings.nlu_url)}
        names.append(("nlu",))
    return [Program(name, (*huixin, name, *options), environ) for name, *options in names]


def free_nlu_url(url: str) -> str:
    """Return the NLU's address, with another port where its own is taken."""
    host, port = urlsplit(url).hostname or "127.0.0.1", urlsplit(url).port or 80
    if is_free(host, port):
        return url
    with socket.create_server((host, 0)) as server:
        chosen: int = server.getsockname()[1]
    log.info("the port of the NLU is taken, another is used", taken=port, port=chosen)
    return f"http://{host}:{chosen}"


def _has_language() -> bool:
    is_there = (ROOT / "bot" / ".venv" / "bin" / "python").exists()
    if not is_there:
        log.warning("running without language understanding: bot/ has no environment (make install)")
    return is_there


def _welcome(url: str, lines: list[str]) -> None:
    """Print the addresses once they answer."""
    until = clock.monotonic() + READY_SECONDS
    pause = threading.Event()
    while not answers(url) and clock.monotonic() < until:
        pause.wait(0.1)
    click.echo("\n".join(["", *(f"  {line}" for line in lines), "  Ctrl-C stops it", ""]))


COMMAND = up
