"""Waits for whole requests on the event loop, then gives each to a thread: who sends slowly holds no thread."""

import asyncio
import io
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import import_module
from itertools import chain
from typing import Any, Protocol
from wsgiref.types import WSGIApplication

import structlog

ARRIVES_WITHIN_S = 20.0
"""How long a body may take; a provider's comes whole within the second."""
LONGEST_BODY = 8_000_000
"""What any page takes (`MAX_CONTENT_LENGTH`); of more, only the length is told to the application, which refuses it."""
HELD_AT_MOST = 256_000_000
"""Bytes of all bodies that are arriving at one moment."""
WHOLE_UP_TO = 1_000_000
SENT_WITHIN_S = 30.0

log = structlog.get_logger(__name__)


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


class Arriving:
    """A WSGI application behind RSGI. `threads` is how many requests it answers at once."""

    def __init__(self, app: WSGIApplication, threads: int, within_s: float = ARRIVES_WITHIN_S) -> None:
        self._app = app
        self._within_s = within_s
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="web")
        self._held = 0

    async def __rsgi__(self, scope: Scope, protocol: Any) -> None:
        """Answers one request."""
        body = bytearray()
        try:
            async with asyncio.timeout(self._within_s):
                is_taken = await self._arrive(scope, protocol, body)
        except TimeoutError:
            _refuse(protocol, 408, b"the request did not arrive in time")
            return
        finally:
            self._held -= len(body)
        if not is_taken:
            _refuse(protocol, 503, b"try again")
            return
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._threads, self._answer, scope, bytes(body), protocol, loop)
        except Exception:
            log.exception("a request could not be answered")
            _refuse(protocol, 500, b"error")

    async def _arrive(self, scope: Scope, protocol: Any, body: bytearray) -> bool:
        told = scope.headers.get("content-length")
        if told is None and "transfer-encoding" not in scope.headers:
            return True
        if told is not None and (not told.isdigit() or int(told) > LONGEST_BODY):
            return True
        async for chunk in protocol:
            if self._held + len(chunk) > HELD_AT_MOST:
                return False
            body += chunk
            self._held += len(chunk)
            if len(body) > LONGEST_BODY:
                break
        return True

    def _answer(self, scope: Scope, body: bytes, protocol: Any, loop: asyncio.AbstractEventLoop) -> None:
        begun: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], _error: Any = None) -> Any:
            begun[:] = [int(status.split(" ", 1)[0]), [(name.lower(), value) for name, value in headers]]
            return lambda _written: None

        answer = self._app(_environ(scope, body), start_response)
        try:
            _send(answer, begun, protocol, loop)
        finally:
            if hasattr(answer, "close"):
                answer.close()


def _send(answer: Iterable[bytes], begun: list[Any], protocol: Any, loop: asyncio.AbstractEventLoop) -> None:
    """A short answer goes at once, a long one piece by piece, as fast as it is taken."""
    pieces, first, length = iter(answer), [], 0
    for piece in pieces:
        first.append(piece)
        length += len(piece)
        if length > WHOLE_UP_TO:
            break
    else:
        loop.call_soon_threadsafe(partial(protocol.response_bytes, *begun, b"".join(first)))
        return

    async def stream() -> Callable[[bytes], Any]:
        send: Callable[[bytes], Any] = protocol.response_stream(*begun).send_bytes
        return send

    send = asyncio.run_coroutine_threadsafe(stream(), loop).result(SENT_WITHIN_S)
    for piece in chain(first, pieces):
        asyncio.run_coroutine_threadsafe(_await(send, piece), loop).result(SENT_WITHIN_S)


async def _await(send: Callable[[bytes], Any], piece: bytes) -> None:
    await send(piece)


def _refuse(protocol: Any, status: int, words: bytes) -> None:
    headers = [("content-type", "text/plain; charset=utf-8"), ("connection", "close")]
    protocol.response_bytes(status, headers, words)


def _environ(scope: Scope, body: bytes) -> dict[str, Any]:
    """The request as WSGI tells it (PEP 3333)."""
    host, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
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
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        key = name.upper().replace("-", "_")
        key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    if scope.authority:
        environ.setdefault("HTTP_HOST", scope.authority)
    if environ.pop("HTTP_TRANSFER_ENCODING", None) is not None:
        environ["CONTENT_LENGTH"] = str(len(body))
    return environ


def load(threads: int, target: str) -> Arriving:
    """The application named `module:name`, in the process that serves it."""
    module, _, name = target.partition(":")
    return Arriving(getattr(import_module(module), name), threads)
