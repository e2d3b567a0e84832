"""Webhooks: where providers deliver messages and receipts, each answered in its provider's own way."""

import hmac
import threading
from uuid import UUID, uuid4

import structlog
from flask import Blueprint, Flask, Response, current_app, request
from prometheus_client import Counter, Histogram
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import RequestEntityTooLarge

from app.providers.contract import Acknowledgement, Parsed, Request
from app.settings import Settings
from app.usecases.directory import ChannelView
from app.usecases.parts import Parts
from app.usecases.receive import Delivery, still_handing
from app.usecases.receiving_together import Reception

MAX_BODY = 1_000_000
HAND_OVER_WAIT_S = 0.4
HAND_OVER_POLL_S = 0.02

log = structlog.get_logger(__name__)
hooks = Blueprint("hooks", __name__)
requests = Counter("huixin_webhook_requests_total", "Webhook calls by outcome", ["channel", "outcome"])
duration = Histogram("huixin_webhook_seconds", "Time from the call of a webhook to its answer")


@hooks.route("/hooks/<channel>/<secret>/<any(inbound, receipts):kind>", methods=["GET", "POST"])
def deliver(channel: str, secret: str, kind: str) -> Response:
    """One delivery of a provider: verified, stored and decided before it is acknowledged."""
    parts: Parts = current_app.extensions["parts"]
    with duration.time():
        outcome, answer = _deliver(parts, channel, secret)
    requests.labels(channel if outcome != "unknown_channel" else "", outcome).inc()
    return answer


def _deliver(parts: Parts, name: str, secret: str) -> tuple[str, Response]:
    now = parts.now()
    try:
        channel = parts.directory.current(now).channel_named(name)
    except (DBAPIError, PoolTimeout):
        return "database_away", _plain(503, "try again")
    if channel is None or not channel.is_active or not channel.provider.has_webhook:
        return _forbidden("unknown_channel", name)
    if not hmac.compare_digest(secret.encode(), channel.secret.encode()):
        return _forbidden("bad_secret", name)
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
    return _take(parts, channel, channel.provider.parse(call, channel.settings))


def _take(parts: Parts, channel: ChannelView, parsed: Parsed) -> tuple[str, Response]:
    trace_id = uuid4().hex
    try:
        received = current_app.extensions["reception"].take(Delivery(channel, parsed, trace_id))
        if received.handing:
            _let_hand_overs_end(parts, received.handing, trace_id)
    except (DBAPIError, PoolTimeout) as error:
        log.warning(
            "a delivery could not be stored; the provider is asked to repeat it",
            error=type(error).__name__,
            trace_id=trace_id,
        )
        return "database_away", _plain(503, "try again")
    return "taken", _answer(channel.provider.acknowledge(parsed))


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
