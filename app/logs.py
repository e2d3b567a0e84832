"""Writes structured logs, for people (console) or machines (json), with one trace id from inbound to reply.

Logs carry ids, never a phone number or a text: what a key or a shape gives away is blotted out first.
"""

import logging
import re
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any, Literal

import structlog
from structlog.contextvars import bound_contextvars, get_contextvars
from structlog.typing import Processor

BLOT = "[withheld]"
ABOUT_PEOPLE = {
    "phone",
    "to",
    "from",
    "recipient",
    "text",
    "body",
    "raw",
    "payload",
    "customer_name",
    "email",
}
PRIVATE_KEYS = ABOUT_PEOPLE | {"password", "secret", "token", "authorization", "cookie"}
NUMBER = re.compile(r"(?<!\w)(?<!\w[.-])\+?\d(?:[ -]?\d){7,14}(?!\w|[.-]\w)")
Event = MutableMapping[str, Any]


def configure(log_format: Literal["console", "json"], level: int = logging.INFO) -> None:
    """Send our logs and those of every library to stderr, one event a line; call once per process."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        blot_private,
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for chatty in ("httpx2", "httpcore2", "urllib3", "apscheduler", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)  # addresses with numbers in them, and chatter
    # a job that is still at it when its next turn comes is no fault: it goes on with what is due then
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)


def blot_private(logger: object, method: str, event: Event) -> Event:
    """Blot out what a private key holds and whatever looks like a phone number, at any depth."""
    return {key: _blotted(key, found) for key, found in event.items()}


def _blotted(key: str, found: Any) -> Any:
    if key.startswith("_"):
        return found
    if key.lower() in PRIVATE_KEYS:
        return BLOT
    if isinstance(found, str):
        return found if key in {"timestamp", "level"} else NUMBER.sub(BLOT, found)
    if isinstance(found, dict):
        return {inner: _blotted(str(inner), value) for inner, value in found.items()}
    if isinstance(found, list | tuple | set | frozenset):
        return [_blotted(key, value) for value in found]
    return BLOT if isinstance(found, int) and not isinstance(found, bool) and abs(found) >= 10**10 else found


@contextmanager
def trace(trace_id: str, **ids: object) -> Iterator[None]:
    """Put the trace id, and other ids, on every line logged inside."""
    with bound_contextvars(trace_id=trace_id, **ids):
        yield


def trace_id() -> str | None:
    """Return the trace id that is bound, to be stored with what is queued."""
    return get_contextvars().get("trace_id")
