"""Bad input at the webhooks: a clear answer, never a 500, never a lost neighbour, and nothing stored of a forgery."""

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.store.customers import Customer
from app.store.inbounds import Inbound, Quarantined
from app.store.outbound.receipts import Receipt
from app.usecases.answer import answer_by_meaning, answer_by_rule
from app.usecases.parts import Parts
from app.wiring import create_app
from tests.doubles.gateway import KEY, sign
from tests.doubles.twilio_api import TwilioApi
from tests.faults.premises import ADDRESS, Premises, furnish, phone_of

NEIGHBOUR = {"id": "neighbour", "from": phone_of(1), "to": ADDRESS, "text": "帮助"}
TWO_MEGABYTES = 2_000_000
LONGEST = 2_000

ODD_TEXTS = {
    "long": "长" * 10_000,
    "lone surrogates": "帮\ud83d助\udc00",
    "nul": "\x00帮\x00助",
    "opt-out command": "/opt_out",
    "restart command": "/restart",
    "slashes": "///",
    "empty": "",
    "blank": " \u200b\n",
    "right to left": "\u202eabc",
    "injection": "'; DROP TABLE inbounds; --{{ brand.name }}<script>",
}
ODD_ITEMS: dict[str, Any] = {
    "no phone": {"id": "x", "from": "abc", "to": ADDRESS, "text": "hi"},
    "empty phone": {"id": "x", "from": "", "to": ADDRESS, "text": "hi"},
    "phone is a list": {"id": "x", "from": ["+8613800000000"], "to": ADDRESS, "text": "hi"},
    "phone is endless": {"id": "x", "from": "1" * 5_000, "to": ADDRESS, "text": "hi"},
    "no text": {"id": "x", "from": phone_of(2), "to": ADDRESS},
    "text is a number": {"id": "x", "from": phone_of(2), "to": ADDRESS, "text": 7},
    "id is an object": {"id": {"a": 1}, "from": phone_of(2), "to": ADDRESS, "text": "hi"},
    "id has nul": {"id": "a\x00b\ud800", "from": phone_of(2), "to": "\x00", "text": "hi"},
    "odd instant": {"id": "x", "from": phone_of(2), "to": ADDRESS, "text": "hi", "at": "yesterday"},
    "far instant": {
        "id": "x",
        "from": phone_of(2),
        "to": ADDRESS,
        "text": "hi",
        "at": "9999-12-31T23:59:59-12:00",
    },
    "unknown fields": {"id": "x", "from": phone_of(2), "to": ADDRESS, "text": "hi", "zz": {"y": [None]}},
    "odd receipt": {"status": "sideways", "id": "\x00"},
    "receipt of nothing": {"status": "delivered", "provider_id": "no\x00thing", "code": "\ud800"},
    "null": None,
    "number": 7,
    "list": [[[]]],
}
BROKEN_BODIES = (b"", b"{", b"\xff\xfe", b"[" * 3_000, b'{"id": NaN}', b"null", b"[]", b'"x"', b"\x00" * 100)


@pytest.fixture
def parts(database_url: str, tmp_path: Path) -> Iterator[Parts]:
    premises = Premises(tmp_path, database_url)
    furnish(premises)
    with premises.opened() as opened:
        yield opened


@pytest.fixture
def client(parts: Parts, database_url: str, tmp_path: Path) -> FlaskClient:
    return create_app(Premises(tmp_path, database_url).settings(), parts).test_client()


HOOK = Premises(Path(), "", port=1).hook()
TWILIO = Premises(Path(), "", port=1).hook("twilio")


def post(client: FlaskClient, body: bytes, signature: str | None = None) -> int:
    headers = {"Content-Type": "application/json", "X-Huixin-Signature": signature or sign(KEY, body)}
    return client.post(HOOK, data=body, headers=headers).status_code


def count(parts: Parts, table: type) -> int:
    with parts.store.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def texts(parts: Parts) -> dict[str, str]:
    with parts.store.read() as session:
        return {one.provider_message_id: one.text for one in session.scalars(select(Inbound))}


def test_a_forgery_is_forbidden_and_leaves_nothing(parts: Parts, client: FlaskClient) -> None:
    before, body = count(parts, Customer), json.dumps(NEIGHBOUR).encode()
    assert post(client, body, "sha256=" + "0" * 64) == 403
    assert post(client, body, sign("another key", body)) == 403
    assert post(client, body, "nonsense \udcff".encode("utf-8", "replace").decode()) == 403
    assert client.post(HOOK, data=body).status_code == 403
    genuine = {"X-Huixin-Signature": sign(KEY, body)}
    for place in (
        "/hooks/gateway/wrong/inbound",
        "/hooks/nobody/wrong/inbound",
        "/hooks/simulator/wrong/inbound",
    ):
        assert client.post(place, data=body, headers=genuine).status_code == 403
    fields = {"MessageSid": "SM1", "From": phone_of(1), "To": "+15005550006", "Body": "hi"}
    assert client.post(TWILIO, data=fields, headers={"X-Twilio-Signature": "no"}).status_code == 403
    assert client.post(TWILIO, data=fields).status_code == 403
    assert (count(parts, Inbound), count(parts, Quarantined), count(parts, Customer)) == (0, 0, before)


def test_two_megabytes_are_too_large(parts: Parts, client: FlaskClient) -> None:
    assert post(client, b" " * TWO_MEGABYTES) == 413
    assert client.post(TWILIO, data={"Body": "x" * TWO_MEGABYTES}).status_code == 413
    assert count(parts, Inbound) == 0


def in_chunks(client: FlaskClient, path: str, size: int) -> tuple[int, int]:
    """The status of a POST that does not tell its length beforehand, as granian passes it on, and what was read."""
    body = BytesIO(b" " * size)
    answer = client.post(
        path,
        input_stream=body,
        content_type="application/json",
        environ_overrides={"wsgi.input_terminated": True},
    )
    return answer.status_code, body.tell()


def test_a_body_in_chunks_is_read_no_further_than_the_limit(parts: Parts, client: FlaskClient) -> None:
    status, read = in_chunks(client, HOOK, 3 * TWO_MEGABYTES)
    assert status == 413
    assert read < TWO_MEGABYTES
    assert in_chunks(client, HOOK, 1_000)[0] == 403
    assert in_chunks(client, "/hooks/gateway/wrong/inbound", TWO_MEGABYTES) == (403, 0)


def neighbour(number: int) -> dict[str, str]:
    return {**NEIGHBOUR, "id": f"neighbour {number}", "from": phone_of(100 + number)}


def test_a_broken_body_is_answered_and_kept_once(parts: Parts, client: FlaskClient) -> None:
    for number, body in enumerate(BROKEN_BODIES):
        kept = count(parts, Quarantined)
        assert {post(client, body), post(client, body)} <= {200, 400}, body
        assert count(parts, Quarantined) <= kept + 1, body
        assert post(client, json.dumps(neighbour(number)).encode()) == 200
    assert count(parts, Inbound) == len(BROKEN_BODIES)


def test_an_odd_item_does_not_cost_its_neighbours(parts: Parts, client: FlaskClient) -> None:
    for number, (name, odd) in enumerate(ODD_ITEMS.items()):
        if isinstance(odd, dict) and odd.get("id") == "x":
            odd = {**odd, "id": f"odd {number}"}
        body = json.dumps([odd, neighbour(number), odd]).encode()
        before = [count(parts, table) for table in (Inbound, Quarantined, Receipt)]
        assert [post(client, body), post(client, body)] == [200, 200], name
        after = [count(parts, table) for table in (Inbound, Quarantined, Receipt)]
        assert 1 <= after[0] - before[0] <= 2, name
        assert sum(after) - sum(before) >= 2, f"{name} has left no trace"
    assert {f"neighbour {number}" for number in range(len(ODD_ITEMS))} <= set(texts(parts))
    answer_by_rule(parts, parts.now())


def test_an_odd_text_is_stored_once_and_dealt_with(parts: Parts, client: FlaskClient) -> None:
    for number, (name, text) in enumerate(ODD_TEXTS.items()):
        item = {"id": name, "from": phone_of(number), "to": ADDRESS, "text": text}
        body = json.dumps([item, neighbour(number)]).encode()
        assert [post(client, body), post(client, body)] == [200, 200], name
    kept = texts(parts)
    assert set(kept) == {*ODD_TEXTS, *(f"neighbour {number}" for number in range(len(ODD_TEXTS)))}
    assert not [name for name, text in kept.items() if "\x00" in text or len(text) > LONGEST]
    answer_by_rule(parts, parts.now())
    answer_by_meaning(parts, parts.now())
    with parts.store.read() as session:
        outcomes = {
            row.provider_message_id: row.outcome
            for row in session.execute(select(Inbound.provider_message_id, Inbound.outcome))
        }
    assert {outcome for name, outcome in outcomes.items() if name.startswith("neighbour")} == {"keyword"}


def test_twilio_may_send_odd_texts_too(parts: Parts, client: FlaskClient) -> None:
    url = parts.public_url + TWILIO
    sendable = [text for text in ODD_TEXTS.values() if not any(0xD800 <= ord(sign) < 0xE000 for sign in text)]
    with TwilioApi() as twilio:
        for number, text in enumerate(sendable):
            told = {"from_phone": "+14155550123", "to": "+15005550006", "text": text}
            body, headers = twilio.inbound(url, sid=f"SM{number}", **told)
            answers = [client.post(TWILIO, data=body, headers=headers).status_code for _ in range(2)]
            assert answers == [200, 200], text[:20]
            odd = told | {"from_phone": "nobody", "to": "?", "NumMedia": "minus one"}
            body, headers = twilio.inbound(url, sid=f"SM-odd-{number}", **odd)
            assert client.post(TWILIO, data=body, headers=headers).status_code in (200, 204, 400)
    assert count(parts, Inbound) == len(sendable)
