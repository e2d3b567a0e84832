"""`huixin web`: the web server, with webhooks, console, API and simulator."""

import ipaddress
import os

import click

from app import logs
from app.processes.web import THREADS, PortTaken, serve
from app.settings import Settings, load


@click.command("web")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), help="The port to listen on; else PORT, else 8000.")
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True, help="Processes.")
@click.option(
    "--threads", type=click.IntRange(1), default=THREADS, show_default=True, help="Threads of each process."
)
@click.option("--is-held", is_flag=True, hidden=True, help="Whoever starts this holds the port already.")
def web(host: str, port: int | None, workers: int, threads: int, is_held: bool) -> None:
    """Serve webhooks, console and API."""
    os.environ["PORT"] = str(port or load().port)  # the workers read it, and tell their address by it
    settings = load()
    refuse_open_simulator(settings, host)
    logs.configure(settings.log_format)
    try:
        serve(host, settings.port, workers, threads, is_held=is_held)
    except PortTaken:
        raise port_taken(settings.port) from None


def refuse_open_simulator(settings: Settings, host: str) -> None:
    """Raise ClickException where the network would reach a simulator, in which anyone texts as anyone."""
    is_local = host == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)
    if settings.simulator and not is_local:
        raise click.ClickException(
            f"listening on {host} would open the simulator to the network: set HUIXIN_PUBLIC_URL to "
            "the address that customers reach, or HUIXIN_SIMULATOR=off"
        )


def port_taken(port: int) -> click.ClickException:
    """What to say where another server has the port."""
    return click.ClickException(f"port {port} is taken: stop what listens there, or set PORT to another one")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


COMMAND = web
