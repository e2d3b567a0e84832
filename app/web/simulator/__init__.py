"""The simulator: a phone in the browser that texts a brand and shows what comes back, and why."""

import secrets
from typing import Any
from uuid import UUID, uuid4

import structlog
from flask import Blueprint, Flask, Response, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app import logs
from app.providers import simulator as provider
from app.providers.contract import Parsed, ParsedInbound, Style
from app.reads import simulator as reads
from app.settings import Settings
from app.usecases.parts import Parts
from app.usecases.receive import Delivery
from app.usecases.record_events import NewEvent, record_events
from app.web.simulator import reading
from app.web.simulator.guard import refusal
from app.web.simulator.reading import BadInput

log = structlog.get_logger(__name__)
simulator = Blueprint("simulator", __name__, url_prefix="/simulator")


@simulator.before_request
def guard() -> ResponseReturnValue | None:
    """Turns away other sites' pages."""
    refused = refusal(request, _parts().public_url)
    return _problem(*refused) if refused else None


@simulator.get("")
def page() -> str:
    """The phone."""
    parts = _parts()
    directory = parts.directory.current(parts.now())
    brands = [
        {"code": brand.code, "name": brand.name, "number": sender.address, "language": brand.language}
        for brand in reading.with_simulator(directory)
        if (sender := reading.simulator_sender(directory, brand)) is not None
    ]
    return render_template("simulator/phone.html", brands=brands, events=reading.EVENTS)


@simulator.post("/inbound")
def inbound() -> ResponseReturnValue:
    """A text typed on the phone: received as any provider's."""
    parts, now, trace_id = _parts(), _parts().now(), uuid4().hex
    told = reading.posted(request.get_data())
    line = reading.line(parts.directory.current(now), told.get("brand"), told.get("phone"))
    message = provider.inbound(
        f"sim-{trace_id}",
        line.phone,
        line.sender.address,
        reading.typed_text(told.get("text")),
        now,
        line.channel.capabilities.style,
    )
    if not isinstance(message, ParsedInbound):
        raise BadInput(message.why)
    with logs.trace(trace_id, channel=line.channel.name):
        delivery = Delivery(line.channel, Parsed(inbound=(message,)), trace_id)
        received = current_app.extensions["reception"].take(delivery)
        log.info("a text was typed on the simulator", inbound=len(received.inbound_ids))
    return jsonify(id=str(received.inbound_ids[0]), phone=line.phone, trace_id=trace_id), 201


@simulator.get("/messages")
def messages() -> ResponseReturnValue:
    """One phone's messages, the newest last; 304 where nothing has changed since the given ETag."""
    parts = _parts()
    directory = parts.directory.current(parts.now())
    brand_id: UUID | None = None
    code, raw = request.args.get("brand"), request.args.get("phone", "")
    if code is not None:
        line = reading.line(directory, code, raw)
        brand_id, phone = line.brand.id, line.phone
    else:
        phone = reading.e164(raw, Style.MAINLAND)
    with parts.store.read() as session:
        thread = reads.thread(session, phone, brand_id)
        answer = Response(mimetype="application/json")
        answer.set_etag(thread.version)
        answer.cache_control.no_cache = True
        if thread.version not in request.if_none_match:
            answer.set_data(current_app.json.dumps(reads.messages(session, thread)))
    return answer.make_conditional(request)


@simulator.post("/events")
def events() -> ResponseReturnValue:
    """A business event about the phone's owner, as a shop's own system would report it."""
    parts, now = _parts(), _parts().now()
    told = reading.posted(request.get_data())
    line = reading.line(parts.directory.current(now), told.get("brand"), told.get("phone"))
    kind = reading.event_type(told.get("type"))
    number = reading.order_number(told.get("order_number"), f"A{10_000 + secrets.randbelow(90_000)}")
    data: dict[str, Any] = {"order_number": number}
    if kind == "order.shipped":
        data |= {"carrier": "顺丰速运", "tracking_number": f"SF{secrets.randbelow(10**12):012d}"}
    event = NewEvent(f"simulator:{uuid4().hex}", kind, now, line.phone, data=data)
    recorded = record_events(parts, line.brand, [event], now)
    return jsonify(type=kind, order_number=number, started=recorded.started), 201


@simulator.errorhandler(BadInput)
def bad_input(error: BadInput) -> ResponseReturnValue:
    """What cannot be used is told."""
    return _problem(400, str(error))


@simulator.errorhandler(DataError)
def not_storable(error: Exception) -> ResponseReturnValue:
    """A value got past every check, and the database cannot hold it."""
    log.error("the database refused a value", error=type(error).__name__)
    return _problem(400, "a value is too long or too large, or holds a sign that cannot be stored")


@simulator.errorhandler(DBAPIError)
@simulator.errorhandler(PoolTimeout)
def database_away(error: Exception) -> ResponseReturnValue:
    """Nothing was stored: the phone may try again."""
    log.warning("the simulator found no database", error=type(error).__name__)
    return _problem(503, "the database is not to be had; try again")


def _problem(status: int, detail: str) -> ResponseReturnValue:
    return jsonify(error=detail), status


def _parts() -> Parts:
    parts: Parts = current_app.extensions["parts"]
    return parts


def register(app: Flask, parts: Parts, settings: Settings) -> None:
    """Adds the simulator where it is switched on; elsewhere its addresses do not exist."""
    if settings.simulator:
        app.register_blueprint(simulator)
