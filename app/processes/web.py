"""Serves the web application: webhooks, console, API and simulator, in one process or several."""

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from granian import Granian
from granian.constants import HTTPModes, Interfaces

THREADS = 32
"""Most of them wait: deliveries that come while one is being written share the next commit."""


class PortTaken(Exception):
    """Another server has the port."""


def serve(host: str, port: int, workers: int, threads: int = THREADS) -> None:
    """Serve until told to stop; a lone worker that dies ends the server, for a supervisor to restart.

    Raises PortTaken where another server has the port.
    """
    logging.getLogger("_granian").addFilter(_is_no_doubt_of_threads)
    server = Granian(
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
    )
    with held(host, port):
        server.serve()


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


def _is_no_doubt_of_threads(line: logging.LogRecord) -> bool:
    """Whether it is not Granian's doubt of more threads than processors, which `THREADS` answers."""
    return not line.getMessage().startswith("Configuration allows spawning up to")
