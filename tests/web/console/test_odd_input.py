"""What no keyboard sends and no database keeps is told in words, by every route, and is no error of ours."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.exc import DataError, DBAPIError, OperationalError
from werkzeug.datastructures import MultiDict

from app.store.engine import Store
from app.usecases import api_keys
from app.web import access
from app.wiring import create_app
from tests.web.console.desk_scene import EMAILS, Desk, Visitor
from tests.web.console.test_access import SAMPLES

NUL = "a\x00b"


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Desk:
    return Desk(tmp_path, engine)


def pages(app: Flask) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every page's endpoint and method, with a sample of what its path names."""
    for rule in app.url_map.iter_rules():
        if not access.is_for_programs(rule.endpoint) and rule.endpoint != "security.logout":
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                yield rule.endpoint, method, {name: SAMPLES[name] for name in rule.arguments}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_page_takes_a_sign_that_cannot_be_kept(desk: Desk) -> None:
    """The database is of no matter here: nothing gets as far."""
    app = desk.app
    visitors = {role: Visitor(app) for role in access.EVERY_ROLE}
    for role, visitor in visitors.items():
        visitor.logs_in(EMAILS[role])
    urls = app.url_map.bind("localhost")
    for endpoint, method, values in pages(app):
        visitor = visitors[next(iter(sorted(access.guard_of(app, endpoint) or ())), "admin")]
        path = urls.build(endpoint, values, method=method)
        sent = [f"{path}?q=a%00", f"{path}?%00=a", f"{path}?q=a&q=a%00"]
        sent += [path.replace(f"/{value}", "/a%00b") for value in values.values()]
        for odd in sent:
            assert visitor.client.open(odd, method=method).status_code in (400, 404), (method, odd)
        if method == "POST":
            token = ("csrf_token", visitor.token)
            file = ("file", (BytesIO(b"phone"), NUL))
            for odd_field in (("text", NUL), (NUL, "text"), file):
                form = MultiDict([token, ("text", "a"), odd_field])
                answer = visitor.client.post(path, data=form, content_type="multipart/form-data")
                assert answer.status_code == 400, (endpoint, odd_field)


@pytest.mark.parametrize(
    ("error", "status", "shown", "problem"),
    [
        (DataError, 400, "What was entered cannot be kept|填写的内容无法保存", "cannot be stored"),
        (OperationalError, 503, "database cannot be reached|数据库暂时连不上", "database is not to be had"),
    ],
    ids=["a value that only the database refuses", "no database"],
)
def test_what_the_database_says_is_told_to_staff_and_programs(
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    error: type[DBAPIError],
    status: int,
    shown: str,
    problem: str,
) -> None:
    app = create_app(desk.settings, desk.parts)
    key, visitor = api_keys.add(desk.parts, "shop", "demo", desk.clock(), "test"), Visitor(app)
    visitor.logs_in(EMAILS["support"])

    def fails(*_: object, **__: object) -> None:
        raise error("select", {}, Exception("as the driver says it"))

    monkeypatch.setattr(Store, "read", fails)
    for path, words in (
        ("/inbox", shown),
        ("/api/v1/flows", problem),
        ("/simulator/messages?phone=13900002222", problem),
    ):
        answer = visitor.client.get(path, headers={"Authorization": f"Bearer {key}"})
        assert (answer.status_code, re.search(words, answer.text) is not None) == (status, True), answer.text
