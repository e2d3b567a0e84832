"""Events by the API: each with a result, each once, none at another's cost."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.usecases import report_events
from app.usecases.parts import Parts
from app.usecases.record_events import record_events
from tests.web.demo_shop import WANG, TestClock, work

AT = "2026-11-23T03:59:00Z"


def an_event(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"e{number}",
        "type": "order.placed",
        "at": AT,
        "brand": "demo",
        "customer": {"phone": WANG},
        "data": {"order_number": f"A{number}"},
        **changes,
    }


def nested(levels: int) -> dict[str, Any]:
    held: dict[str, Any] = {}
    for _ in range(levels):
        held = {"a": held}
    return held


def statuses(answer: Any) -> list[str]:
    return [result["status"] for result in answer.json["results"]]


def test_an_order_placed_gets_its_confirmation(caller: FlaskClient, parts: Parts, now: TestClock) -> None:
    told = caller.post("/api/v1/events", json=an_event(1))
    assert told.status_code == 200
    assert told.json["started"] == 1
    work(parts, now)
    found = caller.get("/api/v1/messages", query_string={"phone": WANG}).json["messages"]
    assert "A1" in found[0]["text"]
    assert found[0]["status"] == "delivered"


def test_a_bad_event_loses_none_of_its_neighbours(caller: FlaskClient) -> None:
    bad = [
        5,
        None,
        [],
        {},
        an_event(90, at="yesterday"),
        an_event(91, at="2026-11-23T03:59:00"),
        an_event(92, at="2027-11-23T03:59:00Z"),
        an_event(92, at="0001-01-01T00:00:00+14:00"),
        an_event(92, at="9999-12-31T23:59:59-14:00"),
        an_event(93, type="Order Placed"),
        an_event(94, brand="other"),
        an_event(95, customer={"phone": "abc"}),
        an_event(96, customer={"phone": WANG, "nested": {"a": 1}}),
        an_event(97, data={"text": "长" * 40_000}),
        an_event(98, data=[]),
        an_event(98, data=nested(900)),
        an_event(99, surprise=True),
        an_event(99, id=""),
        an_event(99, id="x" * 101),
    ]
    mixed = [an_event(1), *bad, an_event(2)]
    answer = caller.post("/api/v1/events", json=mixed)
    assert answer.status_code == 207
    assert statuses(answer) == ["recorded", *["invalid"] * len(bad), "recorded"]
    assert all(result["errors"] for result in answer.json["results"][1:-1])
    assert answer.json["recorded"] == 2


@pytest.mark.parametrize("where", ["data", "customer"])
def test_a_number_beyond_all_numbers_costs_its_own_event_alone(caller: FlaskClient, where: str) -> None:
    bad = an_event(2, data={"n": 0.5}) if where == "data" else an_event(2, customer={"phone": WANG, "n": 0.5})
    body = json.dumps([an_event(1), bad, an_event(3)]).replace("0.5", "1e400")
    answer = caller.post("/api/v1/events", data=body, content_type="application/json")
    assert statuses(answer) == ["recorded", "invalid", "recorded"]


def test_the_only_event_is_told_what_is_wrong_with_it(caller: FlaskClient) -> None:
    answer = caller.post("/api/v1/events", json=an_event(1, type="x y", customer={}))
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert {problem["field"] for problem in answer.json["errors"]} == {"type", "customer.phone"}


def test_every_wrong_field_is_told_at_once_in_plain_words(caller: FlaskClient) -> None:
    told = an_event(1, type="x y", brand="other", at="9998-01-01T00:00:00Z", surprise=1, data=nested(60))
    told["customer"] = {"phone": "abc", "mood": [1]}
    del told["id"]
    answer = caller.post("/api/v1/events", json=told)
    problems = {problem["field"]: problem["problem"] for problem in answer.json["errors"]}
    assert problems.pop("customer.phone").startswith("this is no phone number")
    assert problems == {
        "id": "is missing",
        "type": "is to be small letters, digits and underscores, with dots between words: order.placed",
        "at": "lies in the future",
        "brand": "this key is of another brand",
        "customer.mood": "is to be a text of 500 characters at most, a number, true, false or null",
        "data": "is nested deeper than 50 levels",
        "surprise": "is no field here",
    }


def test_an_event_counts_once_however_often_it_comes(caller: FlaskClient) -> None:
    caller.post("/api/v1/events", json=an_event(1))
    again = caller.post("/api/v1/events", json=[an_event(1), an_event(2), an_event(2)])
    assert statuses(again) == ["duplicate", "recorded", "duplicate"]
    assert len(caller.get("/api/v1/messages", query_string={"phone": WANG}).json["messages"]) == 2


def test_a_thousand_events_are_taken_and_one_more_is_not(caller: FlaskClient) -> None:
    many = [an_event(number, type="shop.visited") for number in range(1001)]
    assert caller.post("/api/v1/events", json=many).status_code == 422
    assert caller.post("/api/v1/events", json=[]).status_code == 422
    answer = caller.post("/api/v1/events", json=many[:1000])
    assert answer.status_code == 200
    assert answer.json["recorded"] == 1000


def test_signs_that_cannot_be_stored_are_replaced(caller: FlaskClient) -> None:
    odd = an_event(1, data={"order_number": "A\ud800\x001", "n\x00": ["\ud800"]})
    assert caller.post("/api/v1/events", json=odd).status_code == 200


def test_one_that_breaks_a_flow_costs_no_other(caller: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(parts: Any, brand: Any, told: Any, now: Any) -> Any:
        if any(event.key == "e2" for event in told):
            raise RuntimeError("a flow of this event breaks")
        return record_events(parts, brand, told, now)

    monkeypatch.setattr(report_events, "record_events", broken)
    answer = caller.post("/api/v1/events", json=[an_event(number) for number in (1, 2, 3)])
    assert answer.status_code == 207
    assert statuses(answer) == ["recorded", "failed", "recorded"]


def test_one_that_failed_and_comes_again_is_no_duplicate(
    caller: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(parts: Any, brand: Any, told: Any, now: Any) -> Any:
        if any(event.type == "order.broken" for event in told):
            raise RuntimeError("a flow of this event breaks")
        return record_events(parts, brand, told, now)

    monkeypatch.setattr(report_events, "record_events", broken)
    monkeypatch.setattr(report_events, "PIECE", 2)
    monkeypatch.setattr(report_events, "SQLITE_PIECE", 2)
    told = [an_event(1, type="order.broken"), *map(an_event, (2, 3, 4)), an_event(1)]
    answer = caller.post("/api/v1/events", json=told)
    assert statuses(answer) == ["failed", "recorded", "recorded", "recorded", "recorded"]
