"""Customers, consents, messages, complaints and flows by the API."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from app.providers.contract import Parsed, ParsedInbound
from app.store.customers import Customer
from app.usecases import api_keys
from app.usecases.brand_setup import NewBrand, add_brand
from app.usecases.partners import Agreement, add
from app.usecases.parts import Parts
from app.usecases.receive import Delivery, receive
from tests.web.api.test_events import an_event
from tests.web.demo_shop import NOON, WANG, TestClock, work

GRANT = {
    "phone": WANG,
    "action": "grant",
    "source": "till",
    "wording": "我同意接收优惠短信",
    "at": "2026-11-23T03:00:00Z",
}
STRANGER = "+8613911112222"


def texts(parts: Parts, phone: str, text: str) -> None:
    """One text of theirs, stored and answered."""
    channel = next(iter(parts.directory.current(parts.now()).channels.values()))
    item = ParsedInbound(f"m-{text}", phone, channel.senders[0].address, text)
    receive(parts, [Delivery(channel, Parsed(inbound=(item,)), "trace")], parts.now())
    work(parts, parts.now)  # type: ignore[arg-type]


def test_keeps_what_is_told_and_removes_what_is_null(caller: FlaskClient) -> None:
    made = caller.put(f"/api/v1/customers/{STRANGER}", json={"attributes": {"size": 38, "vip": True}})
    assert made.status_code == 201
    changed = caller.put(
        f"/api/v1/customers/{STRANGER}",
        json={"name": "赵先生", "language": "en", "attributes": {"vip": None}},
    )
    assert changed.status_code == 200
    found = caller.get(f"/api/v1/customers/{STRANGER}").json
    assert (found["name"], found["language"], found["attributes"]) == ("赵先生", "en", {"size": 38})
    assert found["consent"] == "none"


def test_a_time_zone_is_kept_by_its_name_and_forgotten_when_null(caller: FlaskClient) -> None:
    address = f"/api/v1/customers/{STRANGER}"
    assert caller.put(address, json={"timezone": "America/New_York"}).json["timezone"] == "America/New_York"
    assert caller.put(address, json={"name": "赵先生"}).json["timezone"] == "America/New_York"
    for wrong in ("Asia/Peking", "+08:00", ""):
        refused = caller.put(address, json={"timezone": wrong})
        assert (refused.status_code, refused.json["errors"][0]["field"]) == (422, "timezone")
    assert caller.put(address, json={"timezone": None}).json["timezone"] is None


def test_an_event_tells_the_time_zone_of_its_customer(caller: FlaskClient) -> None:
    told = an_event(1)
    told["customer"] = {"phone": STRANGER, "timezone": "Europe/Berlin"}
    assert caller.post("/api/v1/events", json=told).status_code == 200
    found = caller.get(f"/api/v1/customers/{STRANGER}").json
    assert (found["timezone"], found["attributes"]) == ("Europe/Berlin", {})
    told = {**an_event(2), "customer": {"phone": STRANGER, "timezone": "Berlin"}}
    assert caller.post("/api/v1/events", json=told).status_code == 422


def test_refuses_a_number_that_no_database_keeps(caller: FlaskClient) -> None:
    body = '{"attributes": {"size": 1e400}}'
    told = caller.put(f"/api/v1/customers/{STRANGER}", data=body, content_type="application/json")
    assert told.status_code == 422


def test_knows_nobody_of_another_brand(caller: FlaskClient, app: Flask, parts: Parts) -> None:
    add_brand(parts, NewBrand("other", "别家", "别家"), [], parts.now(), "test")
    key = api_keys.add(parts, "theirs", "other", parts.now(), "test")
    caller.post("/api/v1/events", json=an_event(1))
    message = caller.get("/api/v1/messages", query_string={"phone": WANG}).json["messages"][0]
    theirs = app.test_client()
    theirs.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    assert theirs.get(f"/api/v1/customers/{WANG}").status_code == 404
    assert theirs.get("/api/v1/messages", query_string={"phone": WANG}).json["messages"] == []
    assert theirs.get(f"/api/v1/messages/{message['id']}/why").status_code == 404
    assert theirs.get("/api/v1/flows").json == {"flows": []}


def test_consent_needs_its_source_its_wording_and_its_time(caller: FlaskClient) -> None:
    for lacking in ("source", "wording", "at"):
        body = {name: value for name, value in GRANT.items() if name != lacking}
        assert caller.post("/api/v1/consents", json={**body, "phone": STRANGER}).status_code == 422, lacking
    assert (
        caller.post("/api/v1/consents", json={**GRANT, "phone": STRANGER, "wording": "\x00"}).status_code
        == 422
    )
    future = {**GRANT, "phone": STRANGER, "at": "2026-11-24T03:00:00Z"}
    assert caller.post("/api/v1/consents", json=future).status_code == 422
    ancient = {**GRANT, "phone": STRANGER, "at": "0001-01-01T00:00:00+14:00"}
    assert caller.post("/api/v1/consents", json=ancient).status_code == 422
    granted = caller.post("/api/v1/consents", json={**GRANT, "phone": STRANGER})
    assert granted.status_code == 201
    assert granted.json["consent"] == "granted"
    assert granted.json["consent_at"].startswith("2026-11-23T03:00:00")


def test_consent_by_a_partner_names_the_partner_whose_agreement_runs(
    caller: FlaskClient, parts: Parts, now: TestClock
) -> None:
    by_partner = {**GRANT, "phone": STRANGER, "source": "partner", "wording": "同意接收麦香坊的优惠短信"}

    def told(**more: str) -> tuple[int, str]:
        answer = caller.post("/api/v1/consents", json={**by_partner, **more})
        return answer.status_code, answer.json.get("detail", answer.json.get("consent"))

    assert told() == (422, "partner: is needed where the source is a partner")
    assert told(partner="锦江酒店") == (
        422,
        "partner: the brand has no agreement with a partner of this name",
    )
    assert told(partner="\x00")[0] == 422
    add(parts, Agreement("锦江酒店", "demo", "HZ-1", NOON.date()), parts.now(), "ann")
    assert told(partner="锦江酒店", wording="同意接收短信")[0] == 422
    assert caller.get(f"/api/v1/customers/{STRANGER}").status_code == 404
    assert told(partner="锦江酒店") == (201, "granted")
    now.pass_by(timedelta(days=1))
    assert told(partner="锦江酒店") == (422, "partner: the agreement with this partner has expired")


def test_consent_from_before_an_opt_out_does_not_undo_it(caller: FlaskClient, now: TestClock) -> None:
    withdrawn = caller.post("/api/v1/consents", json={"phone": WANG, "action": "withdraw", "source": "till"})
    assert withdrawn.json["consent"] == "withdrawn"
    assert caller.post("/api/v1/consents", json=GRANT).status_code == 409
    now.pass_by(timedelta(hours=2))
    later = {**GRANT, "at": (NOON + timedelta(hours=1)).isoformat(), "source": "web_form"}
    assert caller.post("/api/v1/consents", json=later).json["consent"] == "granted"


@pytest.mark.parametrize("source", ["till", "crm", "event"])
def test_a_system_that_says_so_undoes_no_opt_out(
    caller: FlaskClient, parts: Parts, now: TestClock, source: str
) -> None:
    texts(parts, WANG, "T")
    now.pass_by(timedelta(minutes=1))
    told = {**GRANT, "phone": WANG, "at": parts.now().isoformat(), "source": source}
    refused = caller.post("/api/v1/consents", json=told)
    assert (refused.status_code, "has opted out" in refused.json["detail"]) == (409, True)
    assert caller.get(f"/api/v1/customers/{WANG}").json["consent"] == "withdrawn"
    signed_up = caller.post("/api/v1/consents", json={**told, "source": "web_form"})
    assert (signed_up.status_code, signed_up.json["consent"]) == (201, "granted")


def test_what_they_text_to_another_brand_is_not_told(caller: FlaskClient, parts: Parts) -> None:
    texts(parts, WANG, "在吗")
    before = caller.get(f"/api/v1/customers/{WANG}").json["last_inbound_at"]
    with parts.store.write() as session:
        session.execute(update(Customer).values(last_inbound_at=parts.now() + timedelta(hours=1)))
    assert caller.get(f"/api/v1/customers/{WANG}").json["last_inbound_at"] == before
    assert parts.now() - datetime.fromisoformat(before) < timedelta(minutes=1)


def test_only_the_customer_lifts_a_stop_of_everything(caller: FlaskClient, now: TestClock) -> None:
    stop = {"phone": WANG, "action": "withdraw", "source": "till", "scope": "all"}
    assert caller.post("/api/v1/consents", json=stop).json["stopped_at"] is not None
    now.pass_by(timedelta(hours=2))
    later = {**GRANT, "at": (NOON + timedelta(hours=1)).isoformat()}
    assert caller.post("/api/v1/consents", json=later).status_code == 409


def test_pages_through_messages_from_the_newest_back(caller: FlaskClient) -> None:
    for number in range(5):
        caller.post("/api/v1/events", json=an_event(number))
    seen, before = [], None
    while True:
        page = caller.get("/api/v1/messages", query_string={"phone": WANG, "limit": 2, "before": before}).json
        seen += page["messages"]
        before = page["next"]
        if before is None:
            break
    assert len({message["id"] for message in seen}) == 5
    assert [message["id"] for message in seen] == sorted((m["id"] for m in seen), reverse=True)


def test_tells_why_in_the_language_asked_for(caller: FlaskClient, parts: Parts, now: TestClock) -> None:
    caller.post("/api/v1/events", json=an_event(1))
    work(parts, now)
    message = caller.get("/api/v1/messages", query_string={"phone": WANG}).json["messages"][0]
    address = f"/api/v1/messages/{message['id']}/why"
    english = caller.get(address).json
    assert english["message"]["id"] == message["id"]
    assert english["decisions"][0]["verdict"] == "allowed"
    assert "no rule objects" in english["decisions"][0]["sentence"]
    assert (
        "没有规则反对"
        in caller.get(address, headers={"Accept-Language": "zh-CN"}).json["decisions"][0]["sentence"]
    )
    assert caller.get(f"/api/v1/messages/{UUID(int=5)}/why").status_code == 404
    assert caller.get("/api/v1/messages/nonsense/why").status_code == 422


def test_lists_complaints_with_their_promises(caller: FlaskClient, parts: Parts, now: TestClock) -> None:
    text = {"brand": "demo", "phone": WANG, "text": "我要投诉，送来的蛋糕是坏的"}
    caller.post("/simulator/inbound", json=text)
    work(parts, now)
    (found,) = caller.get("/api/v1/complaints", query_string={"phone": WANG, "status": "open"}).json[
        "complaints"
    ]
    assert found["phone"] == WANG
    assert "蛋糕" in found["summary"]
    assert found["first_response_due_at"] > found["opened_at"]
    assert caller.get("/api/v1/complaints", query_string={"status": "closed"}).json["complaints"] == []
    assert caller.get("/api/v1/complaints", query_string={"status": "nonsense"}).status_code == 422


def test_bad_phones_and_limits_are_told(caller: FlaskClient) -> None:
    for phone in ("abc", "12", "%00", "+", "1" * 41):
        assert caller.get(f"/api/v1/customers/{phone}").status_code == 422, phone
        assert caller.get("/api/v1/messages", query_string={"phone": phone}).status_code == 422, phone
    for limit in ("0", "201", "x"):
        asked = {"phone": WANG, "limit": limit}
        assert caller.get("/api/v1/messages", query_string=asked).status_code == 422, limit


def test_lists_the_published_flows(caller: FlaskClient) -> None:
    flows = caller.get("/api/v1/flows").json["flows"]
    assert "complaint" in [flow["name"] for flow in flows]
    assert all(flow["version"] == 1 and flow["triggers"] is not None for flow in flows)


def test_a_grant_is_told_everything_that_it_lacks(caller: FlaskClient) -> None:
    lacking = caller.post("/api/v1/consents", json={"phone": "abc", "action": "grant", "source": ""})
    assert lacking.status_code == 422
    assert {problem["field"] for problem in lacking.json["errors"]} == {"phone", "source", "wording", "at"}


def test_a_sensitive_attribute_needs_its_separate_consent(caller: FlaskClient) -> None:
    told = {"attributes": {"due_date": "2027-03-05"}}
    refused = caller.put(f"/api/v1/customers/{STRANGER}", json=told)
    assert (refused.status_code, "separate consent" in refused.json["detail"]) == (409, True)
    agreed = caller.post("/api/v1/consents", json={**GRANT, "phone": STRANGER, "scope": "health"})
    assert (agreed.status_code, agreed.json["separate_consents"], agreed.json["consent"]) == (
        201,
        ["health"],
        "none",
    )
    kept = caller.put(f"/api/v1/customers/{STRANGER}", json=told)
    assert (kept.status_code, kept.json["attributes"]) == (200, {"due_date": "2027-03-05"})
    withdrawn = {"phone": STRANGER, "action": "withdraw", "source": "till"}
    gone = caller.post("/api/v1/consents", json={**withdrawn, "scope": "health"})
    assert (gone.json["attributes"], gone.json["separate_consents"]) == ({}, [])
    off = caller.post("/api/v1/consents", json={**withdrawn, "scope": "personalisation"})
    assert (off.json["is_personalised"], off.json["consent"]) == (False, "none")
