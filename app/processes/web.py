"""Serves the web application: webhooks, console, API and simulator, in one process or several."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from functools import partial

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings

from app.web import arriving

THREADS = 32
"""Most of them wait: deliveries that come while one is being written share the next commit."""
HEADERS_WITHIN_MS = 10_000
RIVALS_GO_WITHIN_TRIES = 50


class PortTaken(Exception):
    """Another server has the port."""


def serve(host: str, port: int, workers: int, threads: int = THREADS, *, is_held: bool = False) -> None:
    """Serve until told to stop; a lone worker that dies ends the server, for a supervisor to restart.

    Raises PortTaken where another server has the port, unless whoever started this one holds it (`is_held`).
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
    with nullcontext() if is_held else held(host, port):
        server.serve(target_loader=partial(arriving.load, threads))


def is_free(host: str, port: int) -> bool:
    """Say whether a server could listen there."""
    try:
        _sole(host, port).close()
    except PortTaken:
        return False
    return True


@contextmanager
def held(host: str, port: int) -> Iterator[None]:
    """Keep the port from every other server, while our own workers share it (SO_REUSEPORT).

    A second server's workers could share it too, and the kernel would deal the callers out to both: so it takes the
    port as one that shares nothing, of which there can be only one at a time, and lets that go when the socket is bound
    that holds it from then on, long before a worker listens. That one never listens, so that no caller comes to it.
    """
    with socket.socket(_family(host)) as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        with _sole(host, port) as sole:
            sole.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            _bind(holder, host, port)
        yield


def _bind(holder: socket.socket, host: str, port: int) -> None:
    """Bind beside the sole listener. Whoever else has bound in the same moment fails to listen, and is gone at once;
    what stays in the way is the last breath (TIME_WAIT) of a server that shared nothing.
    """
    for _ in range(RIVALS_GO_WITHIN_TRIES):
        with suppress(OSError):
            holder.bind((host, port))
            return
        time.sleep(0.01)


def _sole(host: str, port: int) -> socket.socket:
    """The port as one that shares it with nobody: two that ask at the same moment do not both get it."""
    try:
        return socket.create_server((host, port), family=_family(host))
    except OSError:
        raise PortTaken from None


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
