"""Rings between processes: through Redis where there is one, else by looking often; losing rings only slows."""

import threading

import structlog
from redis import Redis
from redis.exceptions import RedisError

from app import clock

log = structlog.get_logger(__name__)

POLL_S = 0.02
LONGEST_POLL_S = 0.1
LOOKS_AT_A_PACE = 50
PAUSE_BETWEEN_LOOKS_S = 0.02
"""Who comes back later than this has had work to do meanwhile."""
RETRY_REDIS_S = 5.0


class Polling:
    """No bell at all: waiting is a short sleep, cut short when this process itself rings.

    Looking fifty times a second costs a fifth of a core, so who finds nothing for a while looks less often.
    """

    def __init__(self) -> None:
        self._bells: dict[str, threading.Event] = {}
        self._idle: dict[str, tuple[int, float]] = {}

    def _bell(self, what: str) -> threading.Event:
        return self._bells.setdefault(what, threading.Event())

    def ring(self, what: str) -> None:
        """Wakes a thread of this process."""
        self._bell(what).set()

    def wait(self, what: str, timeout_s: float) -> None:
        """Sleeps `POLL_S` at first, and `LONGEST_POLL_S` when nothing has come for some seconds."""
        looks, until = self._idle.get(what, (0, 0.0))
        looks = looks + 1 if clock.monotonic() - until < PAUSE_BETWEEN_LOOKS_S else 0
        bell = self._bell(what)
        if bell.wait(min(timeout_s, POLL_S * (1 + looks // LOOKS_AT_A_PACE), LONGEST_POLL_S)):
            looks = 0
        bell.clear()
        self._idle[what] = (looks, clock.monotonic())


class RedisBell:
    """A list a topic in Redis; while Redis is away it is polling."""

    def __init__(self, url: str, prefix: str = "huixin") -> None:
        self._redis: Redis = Redis.from_url(url, socket_timeout=2, socket_connect_timeout=1)
        self._prefix = prefix
        self._local = Polling()
        self._away_until = 0.0

    def ring(self, what: str) -> None:
        """Pushes one token; more than one waiting token says nothing new."""
        self._local.ring(what)
        if clock.monotonic() < self._away_until:
            return
        try:
            with self._redis.pipeline(transaction=False) as pipe:
                pipe.lpush(f"{self._prefix}:{what}", b"1")
                pipe.ltrim(f"{self._prefix}:{what}", 0, 3)
                pipe.expire(f"{self._prefix}:{what}", 60)
                pipe.execute()
        except RedisError as error:
            self._lose(error)

    def wait(self, what: str, timeout_s: float) -> None:
        """Blocks on the topic's list; a short sleep while Redis is away."""
        if clock.monotonic() < self._away_until:
            self._local.wait(what, timeout_s)
            return
        try:
            self._redis.blpop([f"{self._prefix}:{what}"], timeout=timeout_s)
        except RedisError as error:
            self._lose(error)

    def _lose(self, error: RedisError) -> None:
        self._away_until = clock.monotonic() + RETRY_REDIS_S
        log.warning("Redis is away; looking for work by polling", error=type(error).__name__)
