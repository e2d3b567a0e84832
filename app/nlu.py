"""Asks the language model's server what texts mean, within a time limit and behind a breaker."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from types import TracebackType
from typing import Any, Self

import httpx2
import pybreaker

from app import clock
from app.domain.text import clean, fold
from app.tls import trusted

LONGEST = 1_000
"""Characters of a text that are sent; what someone wants stands at its beginning."""

READ = 300
"""So many characters of a folded text the model reads: `bot.features.LONGEST`."""

MODEL_HEADER = "X-Huixin-Model"
"""Names the model that gave an answer."""

_COMMAND_SIGNS = "/\\\uff0f \t\r\n\u3000"
_FAILURES_THAT_OPEN = 5
_OPEN_FOR_S = 10.0
_CACHED = 4_096
_AT_ONCE = 4
_TOGETHER = 8
"""So many texts go in one request at most: few enough for a slow machine to answer within the time limit."""
_SAME_MODEL_FOR_S = 1.0
"""So long the server is taken to have the model that it had; then it is asked, before its answers are recalled."""


@dataclass(frozen=True, slots=True)
class Entity:
    """Something named in a text: kind, value, and its place in the text that was sent."""

    kind: str
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Parsed:
    """What the model makes of one text; `ranking` holds every intent, the likeliest first."""

    intent: str
    confidence: float
    ranking: tuple[tuple[str, float], ...]
    entities: tuple[Entity, ...]
    model: str


@dataclass(frozen=True, slots=True)
class Unavailable:
    """No answer for this text now: `timeout`, `down` or `breaker_open` where the server cannot be had, `error` where
    it is there and makes nothing of the text. It can be asked again later.
    """

    reason: str

    @property
    def is_about_the_text(self) -> bool:
        """Whether other texts can be answered at this moment."""
        return self.reason == "error"


_NOTHING_SAID = Parsed("out_of_scope", 1.0, (("out_of_scope", 1.0),), (), "")


class _Away(Exception):
    """Ends a request that the breaker counts as failed: the server cannot be had."""


class _SteadyStorage(pybreaker.CircuitMemoryStorage):
    """Keeps the breaker open for a time that no stepped wall clock makes longer or shorter."""

    _opened: float | None = None

    @property
    def opened_at(self) -> datetime | None:
        """When it opened, by the wall clock as it stands now: the library compares it with that."""
        if self._opened is None:
            return None
        return clock.now() - timedelta(seconds=clock.monotonic() - self._opened)

    @opened_at.setter
    def opened_at(self, at: datetime) -> None:
        self._opened = clock.monotonic()


class Nlu:
    """One client for all threads of a process; answers are remembered for each model."""

    def __init__(
        self,
        url: str,
        timeout_s: float = 2.0,
        *,
        failures_that_open: int = _FAILURES_THAT_OPEN,
        open_for_s: float = _OPEN_FOR_S,
    ) -> None:
        limits = httpx2.Limits(max_connections=2 * _AT_ONCE, max_keepalive_connections=_AT_ONCE)
        self._http = httpx2.Client(
            base_url=url.rstrip("/"), timeout=timeout_s, limits=limits, trust_env=False, verify=trusted()
        )
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="nlu")
        self._breaker = pybreaker.CircuitBreaker(
            fail_max=failures_that_open,
            reset_timeout=open_for_s,
            state_storage=_SteadyStorage(pybreaker.STATE_CLOSED),
        )
        self._remembered: OrderedDict[tuple[str, str], Parsed] = OrderedDict()
        self._lock = threading.Lock()
        self._model = ""
        self._noticed_at = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Gives threads and connections back."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._http.close()

    def is_up(self) -> bool:
        """Whether the server answers and has a model. Does not touch the breaker."""
        try:
            answer = self._http.get("/status")
        except httpx2.HTTPError:
            return False
        self._notice_model(answer)
        return answer.status_code == 200

    def parse(self, texts: Sequence[str]) -> list[Parsed | Unavailable]:
        """What each text means, in the same order, or why that cannot be had now.

        A text without content is `out_of_scope` and is never sent.
        """
        plain = [_plain(text) for text in texts]
        answers: dict[str, Parsed | Unavailable] = {"": _NOTHING_SAID}
        self._look_for_another_model()
        for text in plain:
            if text and (known := self._recall(text)):
                answers[text] = known
        wanted = [text for text in dict.fromkeys(plain) if text not in answers]
        requests = [wanted[first : first + _TOGETHER] for first in range(0, len(wanted), _TOGETHER)]
        asked = map(self._ask, requests) if len(requests) == 1 else self._pool.map(self._ask, requests)
        answers.update(zip(wanted, chain.from_iterable(asked), strict=True))
        return [answers[text] for text in plain]

    def _ask(self, texts: Sequence[str]) -> Sequence[Parsed | Unavailable]:
        """One answer a text; where the server makes nothing of them together, each is asked alone."""
        try:
            answers: Sequence[Parsed] | Unavailable = self._breaker.call(self._request, texts)
        except pybreaker.CircuitBreakerError:
            answers = Unavailable("breaker_open")
        except _Away as failure:
            answers = Unavailable(str(failure))
        if not isinstance(answers, Unavailable):
            for text, answer in zip(texts, answers, strict=True):
                self._remember(text, answer)
            return answers
        if answers.is_about_the_text and len(texts) > 1:
            return [self._ask([text])[0] for text in texts]
        return [answers] * len(texts)

    def _request(self, texts: Sequence[str]) -> Sequence[Parsed] | Unavailable:
        """The server's answers; raises `_Away` with the reason, never with a text."""
        try:
            answer = self._post(texts)
            answer.raise_for_status()
            model = self._notice_model(answer)
            return [_parsed(one, model) for _, one in zip(texts, answer.json(), strict=True)]
        except httpx2.TimeoutException:
            raise _Away("timeout") from None
        except httpx2.TransportError:
            raise _Away("down") from None
        except (httpx2.HTTPError, ValueError, KeyError, TypeError):
            if not self.is_up():
                raise _Away("down") from None
            return Unavailable("error")

    def _post(self, texts: Sequence[str]) -> httpx2.Response:
        """A server whose place another has taken ends the connections that are kept with it: what was asked on one of
        those at that moment is asked anew, once."""
        try:
            return self._http.post("/model/parse", json={"texts": texts})
        except httpx2.ConnectError:
            raise
        except (httpx2.NetworkError, httpx2.RemoteProtocolError):
            return self._http.post("/model/parse", json={"texts": texts})

    def _look_for_another_model(self) -> None:
        """Else texts that everybody writes would be answered by a model of before until somebody writes a new one."""
        with self._lock:
            is_due = bool(self._remembered) and clock.monotonic() - self._noticed_at > _SAME_MODEL_FOR_S
            self._noticed_at = clock.monotonic() if is_due else self._noticed_at
        if is_due and self._breaker.current_state == pybreaker.STATE_CLOSED:
            self.is_up()

    def _notice_model(self, answer: httpx2.Response) -> str:
        """The model that gave this answer; from now on only its answers are recalled."""
        name = str(answer.headers.get(MODEL_HEADER, ""))
        with self._lock:
            self._model = name or self._model
            self._noticed_at = clock.monotonic()
        return name

    def _recall(self, text: str) -> Parsed | None:
        with self._lock:
            key = (self._model, fold(text))
            if key in self._remembered:
                self._remembered.move_to_end(key)
            return self._remembered.get(key)

    def _remember(self, text: str, answer: Parsed) -> None:
        with self._lock:
            self._remembered[answer.model, fold(text)] = answer
            while len(self._remembered) > _CACHED:
                self._remembered.popitem(last=False)


def is_read_whole(text: str) -> bool:
    """Whether the model reads this text to its end."""
    return len(fold(clean(text))) <= READ


def _plain(text: str) -> str:
    """The text as it may be sent: clean, cut, and without the leading `/` that Rasa takes as a command."""
    return clean(text)[:LONGEST].lstrip(_COMMAND_SIGNS).rstrip()


def _parsed(answer: Any, model: str) -> Parsed:
    """Rasa's JSON as a value; KeyError, TypeError or ValueError where it is none."""
    ranking = tuple((str(entry["name"]), float(entry["confidence"])) for entry in answer["intent_ranking"])
    entities = tuple(
        Entity(str(found["entity"]), str(found["value"]), int(found["start"]), int(found["end"]))
        for found in answer["entities"]
    )
    intent = answer["intent"]
    return Parsed(str(intent["name"]), float(intent["confidence"]), ranking, entities, model)
