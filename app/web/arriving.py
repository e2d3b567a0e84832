"""Waits for whole requests on the event loop, then gives each to a thread: who sends slowly holds no thread.

An application may know requests to be quick (`quick`): those are answered on the event loop itself, with what it has at
hand for them in their environ. Where such an answer has to wait for something, the application asks its environ for
`LATER` and answers when it knows.
A body of more than a form arrives in a file, where the application has room for it (`room_for`), and in memory only
from whom the application knows (`longest`, `longest_from`). Strangers have a small room: whoever fills it is asked who
they are, and who is unknown waits for nobody's memory but that of other strangers.
"""

import asyncio
import io
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import import_module
from typing import Any
from wsgiref.types import WSGIApplication

import structlog
from werkzeug.exceptions import RequestEntityTooLarge

from app.web.holding import SHORT, Place, Room, Rooms
from app.web.spooling import Refused, Uploads
from app.web.wsgi_calls import Answering, Body, Environ, Scope, environ_of, length_told, whole

ARRIVES_WITHIN_S = 20.0
"""How long a body may take; a provider's comes whole within the second."""
LONGEST_FORM = 256_000
"""Bytes that anybody may send to a page."""
LONGEST_BODY = 8_000_000
"""Bytes that a program with a key may send (`MAX_CONTENT_LENGTH`)."""
DELIVERIES = "/hooks/"
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
QUICK_UP_TO = 8_000
"""Bytes of a body that are read in a few milliseconds: meanwhile the event loop does nothing else."""
LATER = "huixin.later"
"""Key of the environ: a call of it gives a `Later`, and what the application then returns is not sent."""

log = structlog.get_logger(__name__)


Make = Callable[[], WSGIApplication]


class Broken(Exception):
    """A body ended before the length that its head told: a part of a message must not pass for the whole."""


class TooLong(Exception):
    """A body has more than its sender may send, and was not read."""


class NoLength(Exception):
    """A form comes in chunks: where it breaks off cannot be seen, and half a form would pass for a whole one."""


class Unread(io.RawIOBase):
    """Stands for such a body: the application answers as it likes, and is told when it reads."""

    def readable(self) -> bool:
        return True

    def readinto(self, _room: Any) -> int:
        raise RequestEntityTooLarge


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
        self._quick: Callable[[str], Environ | None] = getattr(app, "quick", lambda _path: None)
        self._home: Homeward | None = None
        self._within_s = within_s
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="web")
        self._longest: Callable[[str], int] = getattr(app, "longest", lambda _path: LONGEST_FORM)
        self._longest_from: Callable[[Environ], int] = getattr(app, "longest_from", lambda _environ: 0)
        self._uploads = Uploads(app, self._threads, LONGEST_FORM, environ_of, self._answer, within_s)
        self._rooms = Rooms()

    async def __rsgi__(self, scope: Scope, protocol: Any) -> None:
        """Answers one request."""
        try:
            if await self._uploads.answer(scope, protocol):
                return
        except Refused as refused:
            _refuse(protocol, refused.status, refused.words)
            return
        body, place = bytearray(), self._rooms.place(Room.LONG)
        try:
            async with asyncio.timeout(self._within_s):
                is_taken = await self._arrive(scope, protocol, body, place)
            if is_taken:
                await self._answer_whole(scope, protocol, body)
            else:
                _refuse(protocol, 503, b"try again")
        except TimeoutError:
            _refuse(protocol, 408, b"the request did not arrive in time")
        except TooLong:
            await self._answer_thread(scope, protocol, Unread())
        except NoLength:
            _refuse(protocol, 411, b"send the form with its length")
        except Broken:
            _refuse(protocol, 400, b"the request broke off")
        except Exception:  # nobody could say how much this caller may send
            log.exception("a request could not be taken")
            _refuse(protocol, 503, b"try again")
        finally:
            place.leave()

    async def _arrive(self, scope: Scope, protocol: Any, body: bytearray, place: Place) -> bool:
        """Whether there was room for all of the body. Raises NoLength, TooLong and Broken."""
        told = length_told(scope)
        if told is None and "transfer-encoding" not in scope.headers:
            return True
        if told is None and _is_form(scope):
            raise NoLength
        await self._admit(scope, place, told)
        async for chunk in protocol:
            if not await self._has_room(scope, place, len(chunk)):
                return False
            body += chunk
            place.grow(len(chunk))
            if place.longest < len(body) <= LONGEST_BODY:
                await self._know(scope, place)
            if len(body) > place.longest:
                raise TooLong
        if told is not None and len(body) < told:
            raise Broken
        return True

    async def _admit(self, scope: Scope, place: Place, told: int | None) -> None:
        place.longest = self._longest(scope.path)
        if place.longest > LONGEST_FORM:  # a channel's own address: only known callers may send as much
            place.move(Room.DELIVERIES)
        elif told is not None and told <= SHORT:
            place.move(Room.SHORT)
        if told is not None and place.longest < told <= LONGEST_BODY:
            await self._know(scope, place)
        if told is not None and told > place.longest:
            raise TooLong

    async def _has_room(self, scope: Scope, place: Place, more: int) -> bool:
        if not place.has_room(more):
            await self._know(scope, place)
        return place.has_room(more)

    async def _know(self, scope: Scope, place: Place) -> None:
        """Takes a caller who is known to the room of those; what it takes to know one may be in the database."""
        if place.room not in (Room.SHORT, Room.LONG):
            return
        loop = asyncio.get_running_loop()
        asked = await loop.run_in_executor(self._threads, self._longest_from, environ_of(scope, b""))
        if asked:
            place.longest = max(asked, place.longest)
            place.move(Room.DELIVERIES if scope.path.startswith(DELIVERIES) else Room.KNOWN)

    async def _answer_whole(self, scope: Scope, protocol: Any, body: bytearray) -> None:
        loop = asyncio.get_running_loop()
        try:
            at_hand = self._quick(scope.path) if len(body) <= QUICK_UP_TO else None
            if at_hand is not None:
                await self._answer_here({**environ_of(scope, bytes(body)), **at_hand}, protocol, loop)
                return
        except Exception:
            log.exception("a request could not be answered")
            _refuse(protocol, 500, b"error")
            return
        await self._answer_thread(scope, protocol, bytes(body))

    async def _answer_thread(self, scope: Scope, protocol: Any, body: Body) -> None:
        try:
            await self._answer(scope, body, protocol)
        except TimeoutError:
            log.info("an answer was not read in time", path=scope.path[:100])
        except Exception:
            log.exception("a request could not be answered")
            _refuse(protocol, 500, b"error")

    async def _answer_here(self, environ: Environ, protocol: Any, loop: asyncio.AbstractEventLoop) -> None:
        """On the event loop: no thread is woken for the request, nor for its answer."""
        if self._home is None:
            self._home = Homeward(loop)
        home = self._home
        waiting: asyncio.Future[None] | None = None

        def answer(make: Make) -> None:
            try:
                protocol.response_bytes(*whole(make(), environ))
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
        told = whole(self._app, environ)
        if waiting is None or told[0] == 500:
            protocol.response_bytes(*told)
        else:
            await waiting

    async def _answer(self, scope: Scope, body: Body, protocol: Any) -> None:
        run = partial(asyncio.get_running_loop().run_in_executor, self._threads)
        answering = await run(partial(Answering, self._app, environ_of(scope, body)))
        await answering.send(protocol, run)


def _is_form(scope: Scope) -> bool:
    """Whether this is a form of a page. JSON that breaks off is no JSON, and a delivery has a signature."""
    kind = (scope.headers.get("content-type") or "").lower()
    return not scope.path.startswith(DELIVERIES) and kind.startswith(FORMS)


def _refuse(protocol: Any, status: int, words: bytes) -> None:
    headers = [("content-type", "text/plain; charset=utf-8"), ("connection", "close")]
    protocol.response_bytes(status, headers, words)


def load(threads: int, target: str) -> Arriving:
    """The application named `module:name`, in the process that serves it."""
    module, _, name = target.partition(":")
    return Arriving(getattr(import_module(module), name), threads)
