"""Posts a notice as signed JSON to a program of the operator's, that may ring whoever it knows.

`X-Huixin-Signature: sha256=<hex HMAC-SHA256 of the raw body>`, as the signed HTTP provider has it. `at` within the body
is when it was sent; `id`, also the header `Idempotency-Key`, is the same however often it is tried, so that a repeat
can be dropped. Redirects are not followed: what is signed for one address goes to no other.
"""

import json
import threading
from collections.abc import Callable
from datetime import timedelta

from pydantic import SecretStr

from app.domain import alert_words
from app.notifiers import Failed, Kind, Letter, Notifier
from app.providers.http import SIGNATURE, signature
from app.providers.transport import Answer, Exchange, Lost, NotSent, Transport, Unsendable

ANSWER_WITHIN = timedelta(seconds=10)
HAS_IT_ALREADY = 409
OF_THIS_NOTICE = frozenset({400, 413, 422})
"""Statuses that say that nothing will come of this very notice. All others may be mended for all of them."""


class _Post:
    """A pool of connections, opened for the first notice of a batch and kept until `rest`."""

    def __init__(
        self, url: str, secret: SecretStr, monotonic: Callable[[], float], answer: timedelta
    ) -> None:
        self._url, self._secret, self._monotonic, self._answer = url, secret, monotonic, answer
        self._transport: Transport | None = None
        self._lock = threading.Lock()

    def send(self, letter: Letter) -> Failed | None:
        """Posts one notice; None once it was answered with 2xx, or with 409: it is there already."""
        told = alert_words.payload(letter.alert, letter.id, letter.now)
        body = json.dumps(told, ensure_ascii=False).encode()
        headers = {
            "Content-Type": "application/json",
            SIGNATURE: signature(self._secret, body),
            "Idempotency-Key": letter.id,
        }
        with self._lock:
            if self._transport is None:
                self._transport = Transport(answer=self._answer, monotonic=self._monotonic)
            return _outcome(self._transport.request("POST", self._url, content=body, headers=headers))

    def rest(self) -> None:
        """Gives the connections back."""
        with self._lock:
            if self._transport is not None:
                self._transport.close()
                self._transport = None


def _outcome(exchange: Exchange) -> Failed | None:
    match exchange:
        case NotSent():
            return Failed(Kind.DOWN, "webhook_unreachable")
        case Unsendable():
            return Failed(Kind.DOWN, "webhook_bad_address")
        case Lost():
            return Failed(Kind.DOWN, "webhook_lost")
        case Answer(status=status):
            if 200 <= status < 300 or status == HAS_IT_ALREADY:
                return None
            kind = Kind.PERMANENT if status in OF_THIS_NOTICE else Kind.DOWN
            return Failed(kind, "webhook_refused", status)


def notifier(
    url: str, secret: SecretStr, monotonic: Callable[[], float], *, answer: timedelta = ANSWER_WITHIN
) -> Notifier:
    """Posts to `url`, signed with `secret`; `monotonic` tells seconds, by which a slow answer is cut off."""
    post = _Post(url, secret, monotonic, answer)
    return Notifier(post.send, post.rest)
