"""`huixin web`: the web server, with webhooks, console, API and simulator."""

import ipaddress

import click

from app import logs
from app.settings import Settings, load

THREADS = 32
"""Most of them wait: deliveries that come while one is being written share the next commit."""


@click.command("web")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), help="The port to listen on; else PORT, else 8000.")
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True, help="Processes.")
@click.option(
    "--threads", type=click.IntRange(1), default=THREADS, show_default=True, help="Threads of each process."
)
def web(host: str, port: int | None, workers: int, threads: int) -> None:
    """Serve webhooks, console and API."""
    settings = load()
    refuse_open_simulator(settings, host)
    logs.configure(settings.log_format)
    serve(host, port or settings.port, workers, threads)


def refuse_open_simulator(settings: Settings, host: str) -> None:
    """Raise ClickException where the network would reach a simulator, in which anyone texts as anyone."""
    is_local = host == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)
    if settings.simulator and not is_local:
        raise click.ClickException(
            f"listening on {host} would open the simulator to the network: set HUIXIN_PUBLIC_URL to "
            "the address that customers reach, or HUIXIN_SIMULATOR=off"
        )


def serve(host: str, port: int, workers: int, threads: int) -> None:
    """Serve until told to stop; a lone worker that dies ends the server, for a supervisor to restart."""
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces

    Granian(
        "app.wsgi:app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=workers,
        blocking_threads=threads,
        respawn_failed_workers=workers > 1,
        workers_kill_timeout=8,
        log_dictconfig={"loggers": {"_granian": {"level": "INFO", "propagate": True}}},
    ).serve()


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


COMMAND = web
