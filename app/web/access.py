"""Says who may open which route: roles, or public with the reason; a route that says nothing is closed."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import structlog
from flask import Flask, abort, current_app, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

View = TypeVar("View", bound=Callable[..., Any])
Guard = frozenset[str]

EVERYONE: Guard = frozenset()
"""The guard of a public route: it asks for no log-in."""
EVERY_ROLE = ("support", "marketer", "manager", "admin")
PUBLIC_ROOMS: Mapping[str, str] = {
    "hooks": "each call is verified by its channel's secret and its provider's signature",
    "api": "each call carries a key",
    "openapi": "the description of the API holds no data",
    "simulator": "there in the demo only, on an address that only this machine reaches",
    "bootstrap": "style sheets",
}
"""Blueprints that programs or strangers call, with the reason why no log-in is asked for."""
ROLES_OF_OTHERS: Mapping[str, tuple[str, ...]] = {"security.logout": EVERY_ROLE}
"""Routes of libraries that are for staff."""
PUBLIC_OF_OTHERS = frozenset({"static", "security.login", "security.static"})
"""Routes of libraries that are public."""

log = structlog.get_logger(__name__)


def allow(*roles: str) -> Callable[[View], View]:
    """Opens a route to staff with one of these roles."""
    unknown = set(roles) - set(EVERY_ROLE)
    if unknown or not roles:
        raise ValueError(f"no such role: {', '.join(sorted(unknown)) or 'none given'}")

    def mark(view: View) -> View:
        view.open_to = frozenset(roles)  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Opens a route to everyone, without a log-in."""
    view.open_to = EVERYONE  # type: ignore[attr-defined]
    return view


def guard_of(app: Flask, endpoint: str) -> Guard | None:
    """The roles that may open the route; `EVERYONE` for a public one, None for one that does not say."""
    marked: Guard | None = getattr(app.view_functions[endpoint], "open_to", None)
    if marked is not None:
        return marked
    if endpoint in ROLES_OF_OTHERS:
        return frozenset(ROLES_OF_OTHERS[endpoint])
    is_public = endpoint in PUBLIC_OF_OTHERS or endpoint.split(".")[0] in PUBLIC_ROOMS
    return EVERYONE if is_public else None


def is_for_programs(endpoint: str) -> bool:
    """Whether the route is called without a browser's log-in, so that no form token can be asked for."""
    return endpoint.split(".")[0] in PUBLIC_ROOMS


def check() -> ResponseReturnValue | None:
    """Turns away who may not open the route of this request."""
    if request.endpoint is None:
        return None
    guard = guard_of(current_app, request.endpoint)
    if guard is None:
        log.error("a route says neither role nor public", endpoint=request.endpoint)
        abort(403)
    if guard == EVERYONE:
        return None
    if not current_user.is_authenticated:
        return to_log_in()
    if current_user.role not in guard:
        abort(403)
    return None


def to_log_in() -> ResponseReturnValue:
    """Sends a stranger to the log-in page, and back to this page afterwards where it was one."""
    is_page = request.method == "GET" and "HX-Request" not in request.headers
    target = url_for("security.login", next=request.full_path.rstrip("?") if is_page else None)
    if "HX-Request" in request.headers:
        answer = make_response("", 401)
        answer.headers["HX-Redirect"] = target
        return answer
    return redirect(target)
