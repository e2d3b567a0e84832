"""Ways of telling staff as a test scripts them: what they took, and what they answer."""

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from threading import Lock

from app.notifiers import Failed, Kind, Letter, Notifier
from tests.usecases.shop import Shop

AWAY = Failed(Kind.DOWN, "mail_unreachable")
LATER = Failed(Kind.TEMPORARY, "mail_put_off")
NEVER = Failed(Kind.PERMANENT, "mail_refused")


class Killed(BaseException):
    """The process ends at this very point."""


class Way:
    """`taken` are the letters that arrived. What `then` is given happens to the next ones, in order: an answer, or
    something that is called with the letter; a letter that only is not refused arrives."""

    def __init__(self) -> None:
        self.taken: list[Letter] = []
        self.tries = 0
        self.rests = 0
        self._next: deque[Failed | Callable[[Letter], None]] = deque()
        self._lock = Lock()

    def then(self, *what: Failed | Callable[[Letter], None]) -> None:
        self._next.extend(what)

    def _send(self, letter: Letter) -> Failed | None:
        with self._lock:
            self.tries += 1
            planned = self._next.popleft() if self._next else None
        if isinstance(planned, Failed):
            return planned
        self.taken.append(letter)
        if planned is not None:
            planned(letter)
        return None

    def _rest(self) -> None:
        self.rests += 1

    @property
    def notifier(self) -> Notifier:
        return Notifier(self._send, self._rest)

    @property
    def ids(self) -> list[str]:
        return [letter.id for letter in self.taken]


def with_ways(shop: Shop, *channels: str) -> list[Way]:
    """From now on these ways are set up."""
    ways = {channel: Way() for channel in channels}
    shop.parts = replace(shop.parts, notifiers={name: way.notifier for name, way in ways.items()})
    return list(ways.values())


def killed(_: Letter) -> None:
    """After the hand-over, and before it is recorded."""
    raise Killed


def raises(_: Letter) -> None:
    """What a notifier must not do."""
    raise UnicodeError("a letter that is none")
