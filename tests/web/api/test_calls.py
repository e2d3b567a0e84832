"""Around every call of the API: the key, the body, repetition, and the description."""

from io import BytesIO
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.store.staff import ApiKey
from app.usecases import api_keys
from app.usecases.parts import Parts
from app.web.api.room import api
from tests.web.api.test_events import an_event
from tests.web.demo_shop import WANG, TestClock

CHANGING = [("POST", "/api/v1/events"), ("POST", "/api/v1/consents"), ("PUT", f"/api/v1/customers/{WANG}")]


def test_nobody_without_a_good_key_is_let_in(client: FlaskClient, parts: Parts, key: str) -> None:
    with parts.store.read() as session:
        key_id: UUID = session.query(ApiKey.id).scalar()
    api_keys.revoke(parts, key_id, parts.now(), "test")
    for header in (
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        f"Basic {key}",
        f"Bearer {key}",
        "Bearer 钥匙",
    ):
        headers = {"Authorization": header.encode().decode("latin-1")} if header is not None else {}
        for path in ("/api/v1/flows", f"/api/v1/customers/{WANG}", "/api/v1/complaints"):
            answer = client.get(path, headers=headers)
            assert answer.status_code == 401, header
            assert answer.headers["WWW-Authenticate"] == "Bearer"
            assert answer.content_type == "application/problem+json"


def test_every_route_but_the_description_asks_for_a_key(app: Flask, client: FlaskClient) -> None:
    routes = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("api.")]
    assert len(routes) == 11
    for rule in routes:
        path = (
            rule.rule.replace("<phone>", WANG)
            .replace("<message_id>", str(UUID(int=1)))
            .replace("<label_id>", str(UUID(int=1)))
        )
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            assert client.open(path, method=method, json={}).status_code == 401, rule


def test_a_body_that_is_no_json_is_told(caller: FlaskClient) -> None:
    bodies = (b"", b"{", b"\xff\xfe", b"[" * 100_000, b"null", b'"x"', b"5", b'{"a": NaN}', b"1" * 6000)
    for method, path in CHANGING:
        for body in bodies:
            answer = caller.open(path, method=method, data=body, content_type="application/json")
            assert answer.status_code == 400, (path, body[:20])
        assert caller.open(path, method=method, data={"a": "b"}).status_code == 415
        strange = caller.open(path, method=method, json={"surprise": "\ud800"})
        assert strange.status_code == 422
        assert strange.json["errors"]


def test_a_repeated_call_gets_its_first_answer(caller: FlaskClient, now: TestClock) -> None:
    headers = {"Idempotency-Key": "order-1"}
    first = caller.post("/api/v1/events", json=an_event(1), headers=headers)
    again = caller.post("/api/v1/events", json=an_event(1), headers=headers)
    assert again.status_code == first.status_code
    assert again.json == first.json
    assert again.headers["Idempotent-Replayed"] == "true"
    other = caller.post("/api/v1/events", json=an_event(2), headers=headers)
    assert other.status_code == 422


def test_a_key_of_a_failed_call_may_be_used_for_the_mended_one(caller: FlaskClient) -> None:
    headers = {"Idempotency-Key": "mended"}
    assert caller.post("/api/v1/events", json=an_event(1, type="?"), headers=headers).status_code == 422
    assert caller.post("/api/v1/events", json=an_event(1), headers=headers).status_code == 200


@pytest.mark.parametrize("word", ["", "a b", "x" * 256])
def test_a_key_for_repetition_that_is_none_is_told(caller: FlaskClient, word: str) -> None:
    answer = caller.post("/api/v1/events", json=an_event(1), headers={"Idempotency-Key": word})
    assert answer.status_code == 400


def test_the_description_names_every_route_and_nothing_else(app: Flask, client: FlaskClient) -> None:
    document = client.get("/api/v1/openapi.json").json
    told = {(path, method.upper()) for path, item in document["paths"].items() for method in item}
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith(f"{api.name}.")]
    there = {
        (rule.rule.replace("<", "{").replace(">", "}"), method)
        for rule in rules
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert told == there
    references = str(document)
    for name in references.split("#/components/schemas/")[1:]:
        assert name.split("'")[0] in document["components"]["schemas"]


def test_a_body_in_chunks_is_counted_while_it_is_read(caller: FlaskClient) -> None:
    answer = caller.post(
        "/api/v1/events",
        input_stream=BytesIO(b" " * 8_000_001),
        content_type="application/json",
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert answer.status_code == 413
    assert answer.content_type == "application/problem+json"
