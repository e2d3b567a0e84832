"""Waits for whole requests on the event loop, then gives each to a thread: who sends slowly holds no thread.

An application may name requests that are quick (`is_quick`): those are answered on the event loop itself. Where such an
answer has to wait for something, the application asks its environ for `LATER` and answers when it knows.
"""

import asyncio
import io
import sys
from collections import deque
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
QUICK_UP_TO = 64_000
LATER = "huixin.later"
"""Key of the environ: a call of it gives a `Later`, and what the application then returns is not sent."""
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


Make = Callable[[], WSGIApplication]


class Broken(Exception):
    """A body ended before the length that its head told: a part of a message must not pass for the whole."""


class Later:
    """The answer to one request, given after the application has returned, from any thread, once."""

    def __init__(self, home: "Homeward", threads: ThreadPoolExecutor, answer: Callable[[Make], None]) -> None:
        self._home, self._threads, self._answer = home, threads, answer

    def reply(self, make: Make) -> None:
        """Sends what `make` returns; it is called on the event loop and must not wait."""
        self._home.call(partial(self._answer, make))

    def reply_from_thread(self, make: Make) -> None:
        """The same where `make` has to wait: a thread calls it."""
        made = self._threads.submit(make)
        made.add_done_callback(lambda done: self.reply(done.result))


class Homeward:
    """Calls made from other threads on the event loop; many that come together wake it once."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop, self._calls = loop, deque[Callable[[], None]]()
        self._is_awake = False

    def call(self, made: Callable[[], None]) -> None:
        """Has the event loop call this soon."""
        self._calls.append(made)
        if not self._is_awake:
            self._is_awake = True
            self._loop.call_soon_threadsafe(self._run)

    def _run(self) -> None:
        self._is_awake = False
        while self._calls:
            try:
                self._calls.popleft()()
            except Exception:
                log.exception("an answer could not be given")


class Arriving:
    """A WSGI application behind RSGI. `threads` is how many requests it answers at once."""

    def __init__(self, app: WSGIApplication, threads: int, within_s: float = ARRIVES_WITHIN_S) -> None:
        self._app = app
        self._is_quick: Callable[[str], bool] = getattr(app, "is_quick", lambda _path: False)
        self._home: Homeward | None = None
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
        except Broken:
            _refuse(protocol, 400, b"the request broke off")
            return
        finally:
            self._held -= len(body)
        if not is_taken:
            _refuse(protocol, 503, b"try again")
            return
        loop = asyncio.get_running_loop()
        try:
            if len(body) <= QUICK_UP_TO and self._is_quick(scope.path):
                await self._answer_here(scope, bytes(body), protocol, loop)
                return
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
        if told is not None and len(body) < int(told):
            raise Broken
        return True

    async def _answer_here(
        self, scope: Scope, body: bytes, protocol: Any, loop: asyncio.AbstractEventLoop
    ) -> None:
        """On the event loop: no thread is woken for the request, nor for its answer."""
        if self._home is None:
            self._home = Homeward(loop)
        home, environ = self._home, _environ(scope, body)
        waiting: asyncio.Future[None] | None = None

        def answer(make: Make) -> None:
            try:
                protocol.response_bytes(*_whole(make(), environ))
            except Exception:
                log.exception("a request could not be answered")
                _refuse(protocol, 500, b"error")
            finally:
                if waiting is not None and not waiting.done():
                    waiting.set_result(None)

        def later() -> Later:
            nonlocal waiting
            waiting = loop.create_future()
            return Later(home, self._threads, answer)

        environ[LATER] = later
        told = _whole(self._app, environ)
        if waiting is None or told[0] == 500:
            protocol.response_bytes(*told)
        else:
            await waiting

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


def _whole(app: WSGIApplication, environ: dict[str, Any]) -> tuple[int, list[tuple[str, str]], bytes]:
    """Status, headers and body of a short answer."""
    begun: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], _error: Any = None) -> Any:
        begun[:] = [int(status.split(" ", 1)[0]), [(name.lower(), value) for name, value in headers]]
        return lambda _written: None

    answer = app(environ, start_response)
    try:
        return begun[0], begun[1], b"".join(answer)
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
        if "_" in name:  # it would pass for the header with a dash
            continue
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
