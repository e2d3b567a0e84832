"""Webhooks: where providers deliver messages and receipts, each answered in its provider's own way."""

import hmac
import threading
from functools import partial
from uuid import UUID, uuid4

import structlog
from flask import Blueprint, Flask, Response, current_app, request
from prometheus_client import Counter, Histogram
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import RequestEntityTooLarge

from app import clock
from app.providers.contract import Acknowledgement, Request
from app.settings import Settings
from app.usecases.directory import ChannelView, Directory
from app.usecases.parts import Parts
from app.usecases.receive import Delivery, Received, still_handing
from app.usecases.receiving_together import Reception, Stored
from app.web.arriving import LATER, Later

MAX_BODY = 1_000_000
HAND_OVER_WAIT_S = 0.4
HAND_OVER_POLL_S = 0.02
DIRECTORY = "huixin.directory"
"""Key of the environ: the directory, for a request that is answered on the event loop and must not load it."""

log = structlog.get_logger(__name__)
hooks = Blueprint("hooks", __name__)
requests = Counter("huixin_webhook_requests_total", "Webhook calls by outcome", ["channel", "outcome"])
duration = Histogram("huixin_webhook_seconds", "Time from the call of a webhook to its answer")


@hooks.route("/hooks/<channel>/<secret>/<any(inbound, receipts):kind>", methods=["GET", "POST"])
def deliver(channel: str, secret: str, kind: str) -> Response:
    """One delivery of a provider: verified, stored and decided before it is acknowledged.

    Where the server lets an answer come later, no thread waits for the commit.
    """
    parts: Parts = current_app.extensions["parts"]
    reception: Reception = current_app.extensions["reception"]
    begun = clock.monotonic()
    read = _read(parts, channel, secret)
    if not isinstance(read, Delivery):
        return _counted(channel, begun, *read)
    later = request.environ.get(LATER)
    if later is not None:
        answer: Later = later()
        reception.hand_in(read, partial(_reply, answer, parts, read, begun))
        return Response()
    try:
        stored: Stored = reception.take(read)
    except (DBAPIError, PoolTimeout) as error:
        stored = error
    return _counted(channel, begun, *_answered(parts, read, stored))


def longest(directory: Directory, path: str) -> int:
    """The bytes that a delivery to this path may have; 0 where no channel has this name and secret."""
    _, _, name, secret, *_ = (*path.split("/"), "", "")
    return MAX_BODY if isinstance(_addressed(directory, name, secret), ChannelView) else 0


def _addressed(directory: Directory, name: str, secret: str) -> ChannelView | str:
    """The channel that has this address, or why there is none."""
    channel = directory.channel_named(name)
    if channel is None or not channel.is_active or not channel.provider.has_webhook:
        return "unknown_channel"
    return channel if hmac.compare_digest(secret.encode(), channel.secret.encode()) else "bad_secret"


def _reply(answer: Later, parts: Parts, delivery: Delivery, begun: float, stored: Stored) -> None:
    """Called by the writing thread: what still has to wait for hand-overs waits in a thread of its own."""

    def made() -> Response:
        return _counted(delivery.channel.name, begun, *_answered(parts, delivery, stored))

    has_to_wait = isinstance(stored, Received) and bool(stored.handing)
    (answer.reply_from_thread if has_to_wait else answer.reply)(made)


def _counted(channel: str, begun: float, outcome: str, answer: Response) -> Response:
    duration.observe(clock.monotonic() - begun)
    requests.labels(channel if outcome != "unknown_channel" else "", outcome).inc()
    return answer


def _read(parts: Parts, name: str, secret: str) -> Delivery | tuple[str, Response]:
    """The delivery that this request is, or the outcome and answer of one that is none."""
    try:
        directory = request.environ.get(DIRECTORY) or parts.directory.current(parts.now())
    except (DBAPIError, PoolTimeout):
        return "database_away", _plain(503, "try again")
    channel = _addressed(directory, name, secret)
    if not isinstance(channel, ChannelView):
        return _forbidden(channel, name)
    request.max_content_length = MAX_BODY  # told beforehand, or counted while a chunked body is read
    try:
        body = request.get_data(cache=False, parse_form_data=False)
    except RequestEntityTooLarge:
        return "too_large", _plain(413, f"too large: {MAX_BODY} bytes at most")
    path = request.full_path if request.query_string else request.path
    call = Request.received(request.method, parts.public_url + path, list(request.headers.items()), body)
    if request.method == "GET":
        answered = channel.provider.connectivity(call)
        if answered is not None:
            return "connectivity", _answer(answered)
    refused = channel.provider.verify(call, channel.settings)
    if refused is not None:
        return _forbidden(refused, name)
    return Delivery(channel, channel.provider.parse(call, channel.settings), uuid4().hex)


def _answered(parts: Parts, delivery: Delivery, stored: Stored) -> tuple[str, Response]:
    try:
        if isinstance(stored, Exception):
            raise stored
        if stored.handing:
            _let_hand_overs_end(parts, stored.handing, delivery.trace_id)
    except (DBAPIError, PoolTimeout) as error:
        log.warning(
            "a delivery could not be stored; the provider is asked to repeat it",
            error=type(error).__name__,
            trace_id=delivery.trace_id,
        )
        return "database_away", _plain(503, "try again")
    return "taken", _answer(delivery.channel.provider.acknowledge(delivery.parsed))


def _let_hand_overs_end(parts: Parts, handing: list[UUID], trace_id: str) -> None:
    """Waits, holding nothing, for hand-overs that had begun before the opt-out; one still open then is logged."""
    pause = threading.Event()
    for _ in range(int(HAND_OVER_WAIT_S / HAND_OVER_POLL_S)):
        if not still_handing(parts, handing):
            return
        pause.wait(HAND_OVER_POLL_S)
    log.warning(
        "a hand-over begun before an opt-out is still open",
        outbound=[str(one) for one in handing],
        trace_id=trace_id,
    )


def _forbidden(reason: str, channel: str) -> tuple[str, Response]:
    log.warning("a webhook call was refused", reason=reason, channel=channel[:60])
    return ("unknown_channel" if reason == "unknown_channel" else "refused"), _plain(403, "forbidden")


def _plain(status: int, text: str) -> Response:
    return Response(text, status, content_type="text/plain; charset=utf-8")


def _answer(answer: Acknowledgement) -> Response:
    return Response(answer.body, answer.status, content_type=answer.content_type)


def register(app: Flask, parts: Parts, settings: Settings) -> None:
    """Adds the webhooks to the application."""
    app.extensions["reception"] = Reception(parts)
    app.register_blueprint(hooks)
