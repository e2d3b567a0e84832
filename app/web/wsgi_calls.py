"""Speaks WSGI (PEP 3333) with an application for requests that granian tells of as RSGI."""

import asyncio
import io
import sys
from collections.abc import Awaitable, Callable, Iterable
from typing import IO, Any, Protocol
from wsgiref.types import WSGIApplication

PIECE = 128_000
"""Bytes of an answer that are made at once; a shorter one is sent whole."""
SENT_WITHIN_S = 30.0
"""How long a caller may take to read a piece."""
Environ = dict[str, Any]
Body = bytes | IO[bytes] | io.RawIOBase


class Scope(Protocol):
    """What granian tells of a request (RSGI)."""

    http_version: str
    server: str
    client: str
    scheme: str
    method: str
    path: str
    query_string: str
    authority: str | None
    headers: Any


def length_told(scope: Scope) -> int | None:
    """The bytes that a body is said to have; None where nothing is said. What is no number is longer than anything:
    `isdigit` alone takes ², which is no number to `int`.
    """
    told = scope.headers.get("content-length")
    if told is None:
        return None
    return int(told) if told.isascii() and told.isdigit() and len(told) < 19 else sys.maxsize


class Begun:
    """How an application begins its answer: its `start_response` (PEP 3333)."""

    status: int
    headers: list[tuple[str, str]]

    def __call__(self, status: str, headers: list[tuple[str, str]], _error: Any = None) -> Any:
        self.status = int(status.split(" ", 1)[0])
        self.headers = [(name.lower(), value) for name, value in headers]
        return lambda _written: None


def whole(app: WSGIApplication, environ: Environ) -> tuple[int, list[tuple[str, str]], bytes]:
    """Status, headers and body of a short answer."""
    begun = Begun()
    answer = app(environ, begun)
    try:
        body = b"".join(answer)
        return begun.status, begun.headers, body
    finally:
        if hasattr(answer, "close"):
            answer.close()


class Answering:
    """The answer to one request: made by threads piece by piece, and sent by the event loop meanwhile.

    Who reads slowly keeps no thread waiting, and has one piece in memory.
    """

    def __init__(self, app: WSGIApplication, environ: Environ) -> None:
        """Asks the application, and has the first piece made."""
        self._begun = Begun()
        self._answer = app(environ, self._begun)
        self._is_ended = False
        try:
            self._pieces = iter(self._answer)
            self._first = self._next()
        except BaseException:
            self.close()
            raise
        if self._is_ended:
            self.close()

    async def send(self, protocol: Any, run: Callable[[Callable[[], Any]], Awaitable[Any]]) -> None:
        """Sends it; `run` calls something in a thread. Raises TimeoutError where a piece is not taken."""
        told = self._begun.status, self._begun.headers
        if self._is_ended:
            protocol.response_bytes(*told, self._first)
            return
        try:
            stream, piece = protocol.response_stream(*told), self._first
            while piece:
                async with asyncio.timeout(SENT_WITHIN_S):
                    await stream.send_bytes(piece)
                piece = await run(self._next)
        finally:
            await run(self.close)

    def _next(self) -> bytes:
        """The next piece; nothing at the end."""
        made = bytearray()
        for piece in self._pieces:
            made += piece
            if len(made) >= PIECE:
                return bytes(made)
        self._is_ended = True
        return bytes(made)

    def close(self) -> None:
        """Tells the application that nobody waits for more."""
        if hasattr(self._answer, "close"):
            self._answer.close()


UNREADABLE = "\ufffd".encode().decode("latin-1")
"""Stands for the value of a header that holds letters beyond ASCII."""


def _headers(scope: Scope) -> Iterable[tuple[str, str]]:
    """The headers with their values. Granian leaves out a value beyond ASCII: a header that is there must not pass for
    one that is not, or a program's `Idempotency-Key` would be dropped without a word.
    """
    told = list(scope.headers.items())
    lost = set(scope.headers.keys()) - {name for name, _ in told}
    return [*told, *((name, UNREADABLE) for name in lost)]


def environ_of(scope: Scope, body: Body) -> Environ:
    """The request as WSGI tells it (PEP 3333)."""
    host, _, port = scope.server.rpartition(":")
    environ: Environ = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(body) if isinstance(body, bytes) else body,
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in _headers(scope):
        if "_" in name:  # it would pass for the header with a dash
            continue
        key = name.upper().replace("-", "_")
        key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    if scope.authority:
        environ.setdefault("HTTP_HOST", scope.authority)
    if environ.pop("HTTP_TRANSFER_ENCODING", None) is not None and isinstance(body, bytes):
        environ["CONTENT_LENGTH"] = str(len(body))
    return environ
