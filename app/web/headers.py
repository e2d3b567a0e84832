"""What every answer carries: security headers, limits on what may be sent, and pages for what goes wrong."""

import structlog
from flask import Flask, Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from secure import (
    ContentSecurityPolicy,
    CrossOriginOpenerPolicy,
    CrossOriginResourcePolicy,
    PermissionsPolicy,
    ReferrerPolicy,
    Secure,
    StrictTransportSecurity,
    XContentTypeOptions,
    XFrameOptions,
)
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from app.settings import Settings
from app.usecases.parts import Parts
from app.web.arriving import LONGEST_FORM

PROGRAMS = ("/hooks/", "/api/")
YEAR = 31_536_000

log = structlog.get_logger(__name__)


def security_headers(is_https: bool) -> Secure:
    """The headers of every answer. Nothing runs or loads but what this server itself has served."""
    policy = (
        ContentSecurityPolicy()
        .default_src("'self'")
        .img_src("'self'", "data:")
        .base_uri("'none'")
        .form_action("'self'")
        .frame_ancestors("'none'")
        .object_src("'none'")
    )
    return Secure(
        csp=policy,
        coop=CrossOriginOpenerPolicy().same_origin(),
        corp=CrossOriginResourcePolicy().same_origin(),
        hsts=StrictTransportSecurity().max_age(YEAR) if is_https else None,
        permissions=PermissionsPolicy().geolocation().microphone().camera(),
        referrer=ReferrerPolicy().same_origin(),
        xcto=XContentTypeOptions().nosniff(),
        xfo=XFrameOptions().deny(),
    )


def _limit_body() -> None:
    if not request.path.startswith(PROGRAMS):
        request.max_content_length = LONGEST_FORM


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:
        return error.response
    return page_of(error.code or 500)


def _database_away(error: Exception) -> ResponseReturnValue:
    log.warning("the database could not be used", error=type(error).__name__, path=request.endpoint)
    return page_of(503)


def _not_storable(error: Exception) -> ResponseReturnValue:
    """What was entered got past every check, and the database cannot hold it: trying again is of no use."""
    log.error("the database refused a value", error=type(error).__name__, endpoint=request.endpoint)
    told = gettext(
        "What was entered cannot be kept: it is too long or too large, or holds a sign that cannot be stored."
    )
    return page_of(400, told)


def _unexpected(error: Exception) -> ResponseReturnValue:
    log.exception("a request failed", endpoint=request.endpoint)
    return page_of(500)


def _form_expired(error: CSRFError) -> ResponseReturnValue:
    return page_of(
        400, gettext("This form has expired. Go back, load the page again and repeat what you did.")
    )


def page_of(status: int, told: str | None = None) -> ResponseReturnValue:
    """The answer to a failed request: a problem for programs, a page in their language for people."""
    headers = {"Retry-After": "5"} if status == 503 else {}
    if request.path.startswith("/api/"):
        problem = jsonify(type="about:blank", status=status, title=_title(status))
        problem.content_type = "application/problem+json"
        return problem, status, headers
    if request.path.startswith("/hooks/"):
        return Response(_title(status), status, headers, content_type="text/plain; charset=utf-8")
    shown = render_template("errors/error.html", status=status, title=_title(status), told=told)
    return shown, status, headers


def _title(status: int) -> str:
    titles = {
        400: gettext("That request could not be read"),
        403: gettext("This page is not open to you"),
        404: gettext("There is nothing here"),
        405: gettext("This cannot be done here"),
        413: gettext("That is too large"),
        429: gettext("Too many attempts; please wait a minute"),
        507: gettext("There is no room left"),
        503: gettext("The database cannot be reached just now; please try again"),
    }
    return titles.get(status, gettext("Something went wrong"))


def register(app: Flask, parts: Parts, settings: Settings) -> None:
    """Adds headers, limits and error pages to the application."""
    secure = security_headers(settings.public_url.startswith("https://")).headers

    @app.after_request
    def finish(answer: Response) -> Response:
        for name, value in secure.items():
            answer.headers.setdefault(name, value)
        if request.endpoint not in ("static", "bootstrap.static"):
            answer.headers.setdefault("Cache-Control", "no-store")
        return answer

    if settings.public_url.startswith("https://"):  # then a proxy is in front, and names who calls
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=0)  # type: ignore[method-assign]
    app.before_request(_limit_body)
    app.register_error_handler(CSRFError, _form_expired)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(DBAPIError, _database_away)
    app.register_error_handler(DataError, _not_storable)
    app.register_error_handler(PoolTimeout, _database_away)
    app.register_error_handler(Exception, _unexpected)
