"""What every answer carries, what a failure looks like, and the operators' addresses."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from app.store import heartbeats
from tests.web.console.desk_scene import Desk, Visitor, a_member

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Nothing here depends on the kind of database."""


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Desk:
    return Desk(tmp_path, engine)


def beat(desk: Desk) -> None:
    with desk.parts.store.write() as session:
        heartbeats.beat(session, "worker:here:1", desk.clock(), {})
        heartbeats.beat(session, "clock", desk.clock(), {})


@pytest.mark.parametrize("path", ["/log-in", "/health/live", "/nothing", "/static/icon.svg", "/inbox"])
def test_every_answer_carries_the_policy(desk: Desk, path: str) -> None:
    with desk.app.test_client().get(path) as answer:
        headers = answer.headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert "Strict-Transport-Security" not in headers


def test_pages_are_kept_in_no_cache(desk: Desk) -> None:
    answer = desk.app.test_client().get("/log-in")
    assert answer.headers["Cache-Control"] == "no-store"
    with desk.app.test_client().get("/static/icon.svg") as picture:
        assert "no-store" not in picture.headers["Cache-Control"]


def test_a_form_of_a_megabyte_is_too_large(desk: Desk) -> None:
    visitor = Visitor(desk.app)
    visitor.opens("/log-in")
    assert visitor.sends("/log-in", email="x" * 1_000_000, password="x")[0] == 413


@pytest.mark.parametrize(("path", "status"), [("/nothing", 404), ("/log-out", 405)])
def test_errors_are_pages_in_the_readers_language(desk: Desk, path: str, status: int) -> None:
    client = desk.app.test_client()
    in_chinese = client.get(path, headers={"Accept-Language": "zh-CN"})
    in_english = client.get(path, headers={"Accept-Language": "en"})
    assert in_chinese.status_code == in_english.status_code == status
    assert "回到首页" in in_chinese.text
    assert "To the first page" in in_english.text


def failing(desk: Desk, error: Exception) -> Flask:
    app = desk._app()

    def fail() -> str:
        raise error

    fail.open_to = frozenset()  # type: ignore[attr-defined]
    app.add_url_rule("/fails", "fails", fail)
    return app


def test_a_failure_is_told_without_its_details(desk: Desk) -> None:
    answer = failing(desk, RuntimeError("the secret")).test_client().get("/fails")
    assert answer.status_code == 500
    assert "secret" not in answer.text


def test_without_a_database_pages_ask_to_try_again(desk: Desk) -> None:
    answer = failing(desk, OperationalError("select", {}, Exception("gone"))).test_client().get("/fails")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]


def test_programs_are_answered_in_their_own_way(desk: Desk) -> None:
    problem = desk.app.test_client().get("/api/nothing")
    assert problem.content_type == "application/problem+json"
    assert problem.json["status"] == 404
    assert desk.app.test_client().get("/hooks/nothing").content_type.startswith("text/plain")


def test_live_says_so(desk: Desk) -> None:
    assert desk.app.test_client().get("/health/live").json == {"status": "alive"}


def test_ready_needs_a_sign_of_life_within_thirty_seconds(desk: Desk) -> None:
    client = desk.app.test_client()
    assert client.get("/health/ready").status_code == 503
    beat(desk)
    assert client.get("/health/ready").json == {
        "status": "ready",
        "database": "up",
        "worker": "up",
        "clock": "up",
    }
    desk.clock.pass_by(timedelta(seconds=31))
    late = client.get("/health/ready")
    assert late.status_code == 503
    assert late.json["worker"] == "no sign of life"
    assert client.get("/health/ready?of=web").status_code == 200


def test_ready_without_a_database_is_not_ready(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_: object) -> None:
        raise OperationalError("select", {}, Exception("gone"))

    monkeypatch.setattr("app.reads.processes.last_signs", away)
    answer = desk.app.test_client().get("/health/ready?of=web")
    assert answer.status_code == 503
    assert answer.json["database"] == "away"


def test_metrics_count_without_naming_anyone(desk: Desk) -> None:
    desk.texts("+8613800000001", "人工")
    beat(desk)
    text = desk.app.test_client().get("/metrics").text
    assert "huixin_conversations_open 1.0" in text
    assert 'huixin_sign_of_life_age_seconds{process="worker"}' in text
    assert "13800000001" not in text


def test_metrics_are_not_for_the_internet(desk: Desk) -> None:
    client = desk.app.test_client()
    for header in ("X-Forwarded-For", "X-Real-IP", "Forwarded"):
        assert client.get("/metrics", headers={header: "127.0.0.1"}).status_code == 404
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "8.8.8.8"}).status_code == 404
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "10.1.2.3"}).status_code == 200


def test_the_console_speaks_both_languages_and_remembers_which(desk: Desk) -> None:
    visitor = a_member(desk, "support")
    assert "Inbox" in visitor.opens("/inbox")[1]
    visitor.sends("/language/zh")
    assert "收件箱" in visitor.opens("/inbox")[1]
    again = Visitor(desk.app)
    assert "收件箱" in again.logs_in("support@shop.example")[1]


def test_switching_languages_leads_to_no_other_site(desk: Desk) -> None:
    visitor = a_member(desk, "support")
    for back in ("https://evil.example", "//evil.example", "/\\evil.example"):
        answer = visitor.client.post("/language/en", data={"csrf_token": visitor.token, "back": back})
        assert answer.location == "/"
