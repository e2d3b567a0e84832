"""The one module that speaks HTTP outwards: a pooled client whose answer says how far the request got.

Whether a message may be sent again hangs on one thing: had a byte of it left? So a failure is a value that
says so. No detail given here holds an address, a header or a body, since any of these may hold a secret or a
number.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parsedate_to_datetime

import httpx2

from app.providers.contract import Headers
from app.tls import trusted

MAX_ANSWER_BYTES = 2_000_000
LONGEST_WISH = timedelta(hours=24)

for _chatty in ("httpx2", "httpcore2"):  # they log addresses and headers, which hold numbers and secrets
    logging.getLogger(_chatty).setLevel(logging.WARNING)

_BEFORE_FIRST_BYTE = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said."""

    status: int
    headers: Mapping[str, str] = field(default_factory=Headers, repr=False)
    body: bytes = field(default=b"", repr=False)

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def retry_after(self) -> timedelta | None:
        """The wait that `Retry-After` asks for, as seconds or as a date measured against the answer's own
        `Date`."""
        wish = self.headers.get("retry-after", "").strip()
        if wish.isascii() and wish.isdigit():
            return min(timedelta(seconds=int(wish[:9])), LONGEST_WISH)
        try:
            wait = parsedate_to_datetime(wish) - parsedate_to_datetime(self.headers.get("date", ""))
        except (ValueError, TypeError):
            return None
        return min(wait, LONGEST_WISH) if wait > timedelta() else None


@dataclass(frozen=True, slots=True)
class NotSent:
    """No byte of the request left (refused, no such host, no free connection): it may be tried again."""

    detail: str


@dataclass(frozen=True, slots=True)
class Unsendable:
    """No request can be made of this address or these headers: somebody has to mend the settings."""

    detail: str


@dataclass(frozen=True, slots=True)
class Lost:
    """The request left, in part at least, and no whole answer came back: the other side may have acted on
    it."""

    detail: str


Exchange = Answer | NotSent | Unsendable | Lost


class Transport:
    """A pool of connections with time limits, safe to share between threads.

    No request waits for a free connection, since a message must leave as soon as it may: whoever calls bounds how
    many are open at once. `connect` and `answer` are how long each may take; `kept_alive` idle connections are kept.
    """

    def __init__(
        self,
        *,
        connect: timedelta = timedelta(seconds=3),
        answer: timedelta = timedelta(seconds=15),
        kept_alive: int = 32,
        monotonic: Callable[[], float],
        inner: httpx2.BaseTransport | None = None,
    ) -> None:
        seconds = answer.total_seconds()
        self._limit = seconds
        self._monotonic = monotonic
        self._client = httpx2.Client(
            timeout=httpx2.Timeout(seconds, connect=connect.total_seconds()),
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=kept_alive),
            headers={"User-Agent": "Huixin", "Accept-Encoding": "identity"},
            follow_redirects=False,
            transport=inner,
            verify=trusted(),
        )

    def request(
        self,
        method: str,
        url: str,
        *,
        content: bytes = b"",
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
    ) -> Exchange:
        """One exchange, never repeated. Raises nothing that a network or an address can cause."""
        try:
            request = self._client.build_request(method, url, content=content or None, headers=headers)
            if not request.url.host or request.url.scheme not in ("http", "https"):
                return Unsendable("not an http address")
        except (httpx2.InvalidURL, ValueError, TypeError) as error:
            return Unsendable(type(error).__name__)
        try:
            return self._exchange(request, httpx2.BasicAuth(*auth) if auth else None)
        except _BEFORE_FIRST_BYTE as error:
            return NotSent(type(error).__name__)
        except (httpx2.UnsupportedProtocol, httpx2.LocalProtocolError) as error:
            return Unsendable(type(error).__name__)
        except (httpx2.HTTPError, httpx2.StreamError, OSError) as error:
            return Lost(type(error).__name__)

    def _exchange(self, request: httpx2.Request, auth: httpx2.Auth | None) -> Exchange:
        started = self._monotonic()
        response = self._client.send(request, auth=auth, stream=True)
        try:
            body = bytearray()
            for chunk in response.iter_raw():
                body += chunk
                if len(body) > MAX_ANSWER_BYTES:
                    return Lost("answer too long")
                if self._monotonic() - started > self._limit:
                    return Lost("answer too slow")
        finally:
            response.close()
        return Answer(response.status_code, Headers(response.headers.multi_items()), bytes(body))

    def close(self) -> None:
        """Closes every connection."""
        self._client.close()
