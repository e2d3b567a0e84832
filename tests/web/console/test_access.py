"""Every route of the application says who may open it, and holds to it for every role."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from app.web import access
from app.wiring import create_app
from tests.web.console.desk_scene import EMAILS, PASSWORD, Desk, Visitor

NO_CUSTOMER = "00000000-0000-7000-8000-000000000000"
SAMPLES = {
    "brand_code": "demo",
    "channel_name": "simulator",
    "customer_id": NO_CUSTOMER,
    "complaint_id": NO_CUSTOMER,
    "outbound_id": NO_CUSTOMER,
    "message_id": NO_CUSTOMER,
    "staff_id": NO_CUSTOMER,
    "session_id": NO_CUSTOMER,
    "key_id": NO_CUSTOMER,
    "canned_id": NO_CUSTOMER,
    "licence_id": NO_CUSTOMER,
    "import_id": NO_CUSTOMER,
    "warning_id": NO_CUSTOMER,
    "number": 1,
    "practice_id": NO_CUSTOMER,
    "brand": "demo",
    "name": "spring",
    "state": "back",
    "change": "close",
    "code": "en",
    "filename": "icon.svg",
}
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Nothing here depends on the kind of database."""


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Desk:
    return Desk(tmp_path, engine)


def routes(app: Flask) -> list[tuple[str, str, str]]:
    """Every (endpoint, method, path) that asks for a role."""
    found = []
    with app.test_request_context():
        urls = app.create_url_adapter(None) or app.url_map.bind("localhost")
        for rule in app.url_map.iter_rules():
            if access.guard_of(app, rule.endpoint) == access.EVERYONE:
                continue
            values = {name: SAMPLES[name] for name in rule.arguments}
            method = "POST" if "POST" in (rule.methods or ()) else "GET"
            found.append((rule.endpoint, method, urls.build(rule.endpoint, values, method=method)))
    return sorted(found)


def test_every_route_has_roles_or_is_public(desk: Desk) -> None:
    app = create_app(desk.settings, desk.parts)
    silent = [one.endpoint for one in app.url_map.iter_rules() if access.guard_of(app, one.endpoint) is None]
    assert silent == []


def test_what_is_public_is_known_by_name(desk: Desk) -> None:
    rules = desk.app.url_map.iter_rules()
    public = {one.endpoint for one in rules if access.guard_of(desk.app, one.endpoint) == access.EVERYONE}
    rooms = {endpoint.split(".")[0] for endpoint in public}
    assert rooms == {
        "hooks",
        "simulator",
        "bootstrap",
        "static",
        "security",
        "second_step",
        "language",
        "operations",
    }


@pytest.mark.parametrize("role", access.EVERY_ROLE)
def test_each_role_opens_what_is_its_own_and_nothing_else(desk: Desk, role: str) -> None:
    visitor = Visitor(desk.app)
    for endpoint, method, path in routes(desk.app):
        if endpoint == "security.logout":
            continue
        if visitor.client.get("/password").status_code == 302:
            visitor.logs_in(EMAILS[role], PASSWORD)
        visitor.opens("/password")
        sent = {"data": {"csrf_token": visitor.token}} if method == "POST" else {}
        status = visitor.client.open(path, method=method, **sent).status_code
        may = role in (access.guard_of(desk.app, endpoint) or ())
        assert (status != 403) == may, (role, endpoint, status)
        assert status < 500, (role, endpoint, status)


def test_strangers_open_nothing_that_asks_for_a_role(desk: Desk) -> None:
    stranger = Visitor(desk.app)
    for endpoint, method, path in routes(desk.app):
        stranger.opens("/log-in")
        sent = {"data": {"csrf_token": stranger.token}} if method == "POST" else {}
        answer = stranger.client.open(path, method=method, **sent)
        assert answer.status_code in (302, 401), endpoint
        assert answer.location.startswith("/log-in"), endpoint


def test_a_form_of_the_console_without_its_token_changes_nothing(desk: Desk) -> None:
    visitor = Visitor(desk.app)
    visitor.logs_in(EMAILS["admin"])
    for endpoint, method, path in routes(desk.app):
        if method == "POST":
            assert visitor.client.post(path).status_code == 400, endpoint


def test_a_route_that_says_nothing_is_closed(desk: Desk) -> None:
    app = desk._app()
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    assert app.test_client().get("/forgotten").status_code == 403
