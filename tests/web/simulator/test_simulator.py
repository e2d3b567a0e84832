"""The simulator's addresses: texts in, messages with their reasons out, and nobody else's page."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.usecases.parts import Parts
from tests.web.demo_shop import WANG, FewSentences, TestClock, an_app, demo_parts, some_settings, work


def text(client: FlaskClient, words: str, phone: str = WANG) -> None:
    answer = client.post("/simulator/inbound", json={"brand": "demo", "phone": phone, "text": words})
    assert answer.status_code == 201, answer.text


def messages(client: FlaskClient, phone: str = WANG) -> list[dict[str, object]]:
    return list(client.get("/simulator/messages", query_string={"phone": phone, "brand": "demo"}).json)


@pytest.mark.parametrize(
    ("words", "by", "reason", "begins"),
    [
        ("T", "rule", "opt_out_word", "【麦香坊】您已退订"),
        ("退订谢谢", "rule", "opt_out_word", "【麦香坊】您已退订"),
        ("别再给我发短信了", "rule", "opt_out_pattern", "【麦香坊】您已退订"),
        ("人工", "keyword", "keyword", "【麦香坊】"),
        ("几点开门", "intent", "intent_store_info", "【麦香坊】营业时间：每天8:00到21:30"),
        ("T恤还有吗", "intent", "out_of_scope", "【麦香坊】抱歉没看懂"),
    ],
)
def test_tells_what_decided_each_text_and_shows_the_reply(
    client: FlaskClient, parts: Parts, now: TestClock, words: str, by: str, reason: str, begins: str
) -> None:
    text(client, words)
    work(parts, now)
    told, reply, *_ = messages(client)
    assert told["direction"] == "inbound"
    assert told["text"] == words
    assert told["decision"]["by"] == by  # type: ignore[index]
    assert told["decision"]["reason"] == reason  # type: ignore[index]
    assert reply["text"].startswith(begins)  # type: ignore[attr-defined]
    assert reply["status"] == "delivered"
    assert reply["answers"] == told["id"]


def test_a_text_that_waits_for_the_language_model_is_shown_as_waiting(
    client: FlaskClient, parts: Parts, now: TestClock, nlu: FewSentences
) -> None:
    nlu.is_away = True
    text(client, "几点开门")
    work(parts, now)
    (told,) = messages(client)
    assert told["status"] == "understanding"
    assert told["decision"] is None
    nlu.is_away = False
    now.pass_by(timedelta(seconds=5))
    work(parts, now)
    assert len(messages(client)) > 1


def test_an_order_placed_is_confirmed_and_its_number_kept(
    client: FlaskClient, parts: Parts, now: TestClock
) -> None:
    told = client.post("/simulator/events", json={"brand": "demo", "phone": WANG, "type": "order.placed"})
    assert told.status_code == 201
    assert told.json["started"] == 1
    work(parts, now)
    (confirmation,) = messages(client)
    assert told.json["order_number"] in confirmation["text"]  # type: ignore[operator]
    assert confirmation["purpose"] == "service"


def test_an_unchanged_phone_is_answered_with_304(client: FlaskClient, parts: Parts, now: TestClock) -> None:
    text(client, "人工")
    query = {"phone": WANG, "brand": "demo"}
    version = client.get("/simulator/messages", query_string=query).headers["ETag"]
    again = client.get("/simulator/messages", query_string=query, headers={"If-None-Match": version})
    assert again.status_code == 304
    work(parts, now)
    assert (
        client.get("/simulator/messages", query_string=query, headers={"If-None-Match": version}).status_code
        == 200
    )


def test_shows_one_phone_and_no_other(client: FlaskClient) -> None:
    text(client, "你好")
    assert messages(client, "+8613900008888") == []


def test_a_phone_may_be_written_as_in_its_country_and_with_its_plus_lost_in_the_query(
    client: FlaskClient,
) -> None:
    text(client, "你好", "13800000001")
    assert len(client.get("/simulator/messages?phone=+8613800000001").json) == 1
    assert len(client.get("/simulator/messages?phone=13800000001&brand=demo").json) == 1


BAD: list[tuple[dict[str, object], str]] = [
    ({"text": "长" * 10_000}, "10000 characters"),
    ({"text": "\ud83d"}, "no text message can carry"),
    ({"text": "a\x00b"}, "no text message can carry"),
    ({"text": ""}, "not empty"),
    ({"text": 5}, "not empty"),
    ({"text": None}, "not empty"),
    ({"phone": "abc"}, "no phone number"),
    ({"phone": "110"}, "no phone number"),
    ({"phone": None}, "no phone number"),
    ({"phone": ["+8613800000001"]}, "no phone number"),
    ({"brand": "nobody"}, "no brand"),
    ({"brand": None}, "no brand"),
    ({"brand": {"a": 1}}, "no brand"),
]


def test_bad_input_is_told_and_stores_nothing(client: FlaskClient) -> None:
    for change, told in BAD:
        body = {"brand": "demo", "phone": WANG, "text": "你好", **change}
        answer = client.post("/simulator/inbound", json=body)
        assert (answer.status_code, told in answer.json["error"]) == (400, True), (change, answer.text)
    assert messages(client) == []


def test_a_body_that_is_no_object_is_told(client: FlaskClient) -> None:
    for body in (b"", b"{", b"[]", b"5", b"\xff\xfe", b"[" * 50_000, b'{"text": NaN}', b"1" * 6_000):
        answer = client.post("/simulator/inbound", data=body, content_type="application/json")
        assert answer.status_code == 400, body[:20]
        assert answer.json["error"]


def test_an_event_that_the_page_does_not_fire_is_told(client: FlaskClient) -> None:
    for kind in ("order.stolen", "", None, 5, ["order.placed"]):
        answer = client.post("/simulator/events", json={"brand": "demo", "phone": WANG, "type": kind})
        assert answer.status_code == 400, kind
        assert "order.placed" in answer.json["error"]


def test_a_phone_that_is_none_is_told_when_messages_are_asked_for(client: FlaskClient) -> None:
    for phone in ("", "abc", "\x00", "+", "1" * 500):
        assert client.get("/simulator/messages", query_string={"phone": phone}).status_code == 400, phone


def test_only_its_own_page_and_programs_may_text(client: FlaskClient) -> None:
    body = {"brand": "demo", "phone": WANG, "text": "你好"}
    calls: list[tuple[dict[str, str], int]] = [
        ({}, 201),
        ({"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}, 201),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Host": "evil.example:8000", "Origin": "http://evil.example:8000"}, 403),
    ]
    for headers, status in calls:
        assert client.post("/simulator/inbound", json=body, headers=headers).status_code == status, headers


def test_a_form_cannot_text(client: FlaskClient) -> None:
    assert client.post("/simulator/inbound", data={"text": "你好"}).status_code == 415


def test_another_name_of_this_machine_shows_nothing(client: FlaskClient) -> None:
    asked = client.get(f"/simulator/messages?phone={WANG}", headers={"Host": "evil.example"})
    assert asked.status_code == 403


def test_is_not_there_where_it_is_switched_off(
    tmp_path: Path, engine: Engine, database_url: str, now: TestClock
) -> None:
    settings = some_settings(tmp_path, database_url, SIMULATOR="off")
    app = an_app(settings, demo_parts(settings, engine, now), "app.web.simulator")
    assert [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/simulator")] == []
