"""`/api/v1/labels`: corrections by the business's own system."""

from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from app.providers.contract import Parsed, ParsedInbound
from app.store.inbounds import Inbound
from app.usecases.parts import Parts
from app.usecases.receive import Delivery, receive
from tests.web.demo_shop import WANG, TestClock, work


@pytest.fixture
def message_id(parts: Parts, now: TestClock) -> str:
    """A text of Wang's that was answered."""
    channel = parts.directory.current(parts.now()).channel_named("simulator")
    assert channel is not None
    item = ParsedInbound("t-1", WANG, channel.senders[0].address, "T恤还有吗")
    receive(parts, [Delivery(channel, Parsed(inbound=(item,)), "trace")], parts.now())
    work(parts, now)
    with parts.store.read() as session:
        return str(session.query(Inbound.id).scalar())


def test_a_text_is_labelled_listed_and_reviewed(caller: FlaskClient, message_id: str) -> None:
    made = caller.post("/api/v1/labels", json={"message_id": message_id, "intent": "offer_info"})
    assert made.status_code == 201
    (shown,) = caller.get("/api/v1/labels").get_json()["labels"]
    assert (shown["text"], shown["intent"], shown["guessed"]) == ("T恤还有吗", "offer_info", "out_of_scope")
    assert shown["labelled_by"] == "api:shop"
    path = f"/api/v1/labels/{made.get_json()['id']}/review"
    assert caller.post(path, json={"intent": "offer_info", "verdict": "accept"}).status_code == 200
    assert caller.get("/api/v1/labels").get_json()["labels"] == []
    assert len(caller.get("/api/v1/labels?state=accepted").get_json()["labels"]) == 1


def test_a_label_that_was_replaced_since_it_was_listed_is_not_reviewed(
    caller: FlaskClient, message_id: str
) -> None:
    for intent in ("offer_info", "store_info"):
        made = caller.post("/api/v1/labels", json={"message_id": message_id, "intent": intent})
    path = f"/api/v1/labels/{made.get_json()['id']}/review"
    refused = caller.post(path, json={"intent": "offer_info", "verdict": "accept"})
    assert (refused.status_code, "store_info" in refused.get_json()["detail"]) == (409, True)
    assert len(caller.get("/api/v1/labels").get_json()["labels"]) == 1


def test_what_cannot_be_used_is_told(caller: FlaskClient, message_id: str) -> None:
    for told, status in (
        ({"message_id": message_id, "intent": "opting"}, 422),
        ({"message_id": str(uuid4()), "intent": "praise"}, 404),
        ({"message_id": "1", "intent": "praise"}, 422),
        ({"intent": "praise"}, 422),
    ):
        assert caller.post("/api/v1/labels", json=told).status_code == status
    review = f"/api/v1/labels/{uuid4()}/review"
    assert caller.post(review, json={"intent": "praise", "verdict": "accept"}).status_code == 404
    for told in ({"intent": "praise", "verdict": "perhaps"}, {"verdict": "accept"}):
        assert caller.post(review, json=told).status_code == 422
    assert caller.get("/api/v1/labels?state=lost").status_code == 422
