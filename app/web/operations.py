"""What operators and their machines ask: is it alive, is it ready, how much is there to do."""

import ipaddress
from collections.abc import Iterator
from datetime import timedelta

from flask import Blueprint, Flask, Response, abort, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.reads import processes
from app.settings import Settings
from app.usecases.parts import Parts
from app.web.access import public

SIGN_WITHIN = timedelta(seconds=30)
NEEDED = ("worker", "clock")

OF_PROXIES = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "X-Forwarded-Host", "X-Forwarded-Proto", "Via")
"""Headers that tell of a proxy: behind one, every caller has a private address."""

operations = Blueprint("operations", __name__)


@operations.get("/health/live")
@public
def live() -> ResponseReturnValue:
    """Says that this process answers."""
    return jsonify(status="alive")


@operations.get("/health/ready")
@public
def ready() -> ResponseReturnValue:
    """Says whether all parts work (200) or which do not (503).

    `?of=web` asks for this process and its database alone, as a load balancer should: while no worker
    runs, webhooks are to be taken all the same.
    """
    parts: Parts = current_app.extensions["parts"]
    now = parts.now()
    try:
        with parts.store.read() as session:
            signs = processes.last_signs(session)
    except (DBAPIError, PoolTimeout):
        return jsonify(status="not ready", database="away"), 503
    states = {kind: _state(kind in signs and now - signs[kind] <= SIGN_WITHIN) for kind in NEEDED}
    is_ready = request.args.get("of") == "web" or set(states.values()) == {"up"}
    told = jsonify(status="ready" if is_ready else "not ready", database="up", **states)
    return told, 200 if is_ready else 503


def _state(is_up: bool) -> str:
    return "up" if is_up else "no sign of life"


@operations.get("/metrics")
@public
def metrics() -> ResponseReturnValue:
    """Counts for Prometheus, without personal data; not for callers from the internet or through a proxy."""
    if not _is_near():
        abort(404)
    stored = CollectorRegistry(auto_describe=False)
    stored.register(_Stored(current_app.extensions["parts"]))
    return Response(generate_latest(REGISTRY) + generate_latest(stored), content_type=CONTENT_TYPE_LATEST)


def _is_near() -> bool:
    is_forwarded = any(name in request.headers for name in OF_PROXIES)
    return not is_forwarded and ipaddress.ip_address(request.remote_addr or "0.0.0.0").is_private  # noqa: S104


class _Stored(Collector):
    """What all processes share, read from the database; nothing while it is away."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def collect(self) -> Iterator[Metric]:
        now = self._parts.now()
        try:
            with self._parts.store.read() as session:
                waiting, signs = processes.backlogs(session, now), processes.last_signs(session)
        except (DBAPIError, PoolTimeout):
            return
        for name, count in waiting.items():
            yield GaugeMetricFamily(f"huixin_{name}", f"{name.replace('_', ' ')} at this moment", value=count)
        ages = GaugeMetricFamily("huixin_sign_of_life_age_seconds", "Since the last one", labels=["process"])
        for kind, at in sorted(signs.items()):
            ages.add_metric([kind], (now - at).total_seconds())
        yield ages


def register(app: Flask, parts: Parts, settings: Settings) -> None:
    """Adds the operators' addresses to the application."""
    app.register_blueprint(operations)
