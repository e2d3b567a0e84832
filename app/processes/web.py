"""Serves the web application: webhooks, console, API and simulator, in one process or several."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings

from app.web import arriving

THREADS = 32
"""Most of them wait: deliveries that come while one is being written share the next commit."""
HEADERS_WITHIN_MS = 10_000


class PortTaken(Exception):
    """Another server has the port."""


def serve(host: str, port: int, workers: int, threads: int = THREADS) -> None:
    """Serve until told to stop; a lone worker that dies ends the server, for a supervisor to restart.

    Raises PortTaken where another server has the port.
    """
    server = Granian(
        "app.wsgi:app",
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEADERS_WITHIN_MS),
        websockets=False,
        workers=workers,
        respawn_failed_workers=workers > 1,
        workers_kill_timeout=8,
        log_dictconfig={"loggers": {"_granian": {"level": "INFO", "propagate": True}}},
    )
    with held(host, port):
        server.serve(target_loader=partial(arriving.load, threads))


def is_free(host: str, port: int) -> bool:
    """Say whether a server could listen there."""
    try:
        socket.create_server((host, port), family=_family(host)).close()
    except OSError:
        return False
    return True


@contextmanager
def held(host: str, port: int) -> Iterator[None]:
    """Keep the port from every other server, while our own workers share it (SO_REUSEPORT).

    A second server's workers could share it too, and the kernel would deal the callers out to both: so it looks whether
    the port is free as one that shares nothing, and finds it held from the first moment on, long before a worker
    listens. The socket held here never listens, so that no caller comes to it.
    """
    if not is_free(host, port):
        raise PortTaken
    with socket.socket(_family(host)) as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        with suppress(OSError):  # the last breath (TIME_WAIT) of a server that shared nothing
            holder.bind((host, port))
        yield


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
