"""The signed HTTP provider against raw payloads and a double of a gateway."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from app import clock
from app.providers.contract import (
    Accepted,
    Outgoing,
    ParsedReceipt,
    ReceiptStatus,
    Rejected,
    Rejection,
    Request,
    Style,
    Unknown,
)
from app.providers.http import PROVIDER, SIGNATURE, HttpSettings, signature
from app.providers.transport import Transport
from tests.doubles.gateway import KEY, Gateway
from tests.doubles.listening import Reply

URL = "https://huixin.example/hooks/shop/s/inbound"
SETTINGS = HttpSettings(key=KEY)
AT = datetime(2026, 11, 22, 4, tzinfo=UTC)
MESSAGE = Outgoing("o-1", "+8613800001234", "10690000", "您好 👋")


def request(body: bytes, header: str | None = None) -> Request:
    headers = {} if header is None else {SIGNATURE.lower(): header}
    return Request.received("POST", URL, headers, body)


def parse(value: object, settings: HttpSettings = SETTINGS):
    return PROVIDER.parse(
        request(value if isinstance(value, bytes) else json.dumps(value).encode()), settings
    )


# --- verify ---


def test_the_documented_signature_is_taken():
    known = "sha256=7541abcd5c5856f58238c7c472e2f9bb8ff9eb4c1f3dfef89548976ac9e2b7c5"
    assert signature(SETTINGS.key, b"{}") == known
    assert PROVIDER.verify(request(b"{}", known), SETTINGS) is None
    assert PROVIDER.verify(request(b"{}", known.upper()), SETTINGS) is None


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (None, "signature_missing"),
        ("", "signature_missing"),
        ("sha256=", "signature_wrong"),
        ("sha256=" + "0" * 64, "signature_wrong"),
        (signature(SETTINGS.key, b"{ }"), "signature_wrong"),
        (signature(SETTINGS.key, b"{}").removeprefix("sha256="), "signature_wrong"),
        ("sha1=ünï", "signature_wrong"),
    ],
)
def test_a_forged_signature_is_refused_with_a_reason(header, reason):
    assert PROVIDER.verify(request(b"{}", header), SETTINGS) == reason


# --- parse ---


def test_a_single_message_is_read_whole():
    item = {
        "id": "g-1",
        "from": "+8613800001234",
        "to": "10690000",
        "text": "退订",
        "at": "2026-11-22T12:00:00+08:00",
    }
    (one,) = parse(item).inbound
    assert (one.provider_message_id, one.from_phone, one.to_address) == ("g-1", "+8613800001234", "10690000")
    assert (one.text, one.at) == ("退订", AT)


@pytest.mark.parametrize(
    ("item", "text"),
    [
        ({"id": 7, "from": "+8613800001234", "text": "T"}, "T"),
        ({"id": "1", "from": "+8613800001234", "text": "/opt_out"}, "/opt_out"),
        ({"id": "1", "from": "+8613800001234", "text": "/restart", "unknown": {"deep": [1]}}, "/restart"),
        ({"id": "1", "from": "+8613800001234", "text": "x" * 10_000}, "x" * 10_000),
        ({"id": "1", "from": "+8613800001234", "text": ""}, ""),
        ({"id": "1", "from": "+8613800001234", "text": 1}, "1"),
        ({"id": "1", "from": "+8613800001234", "text": "a\x00b"}, "ab"),
        ({"id": "1", "from": "+8613800001234", "text": "\ud800T"}, "\ufffdT"),
        ({"id": "1", "from": "+8613800001234", "text": "👍", "at": "yesterday"}, "👍"),
        ({"id": None, "from": "+8613800001234", "text": "T", "to": 1069}, "T"),
        ({"from": 8613800001234, "text": "T", "status": "received"}, "T"),
    ],
)
def test_an_odd_message_is_still_a_message(item, text):
    parsed = parse(item)
    assert [one.text for one in parsed.inbound] == [text]
    assert not parsed.receipts
    assert not parsed.unparseable


@pytest.mark.parametrize(
    "item",
    [
        {},
        {"id": "1", "from": "abc", "text": "T"},
        {"id": "1", "from": None, "text": "T"},
        {"id": "1", "from": "+8613800001234"},
        {"id": "1", "from": "+8613800001234", "text": ["T"]},
        {"id": "1", "status": "who knows"},
        {"status": "delivered"},
        {"id": [1], "status": "delivered"},
        [],
        None,
        "T",
        1.5,
    ],
)
def test_what_cannot_be_read_is_kept_and_its_neighbours_are_read(item):
    good = {"id": "2", "from": "+8613800001235", "text": "hi"}
    parsed = parse([item, good, {"id": "o-1", "status": "delivered"}])
    assert [one.text for one in parsed.inbound] == ["hi"]
    assert len(parsed.receipts) == 1
    assert [json.loads(one.raw) for one in parsed.unparseable] == [item]


def test_a_body_of_rubbish_is_kept_once_and_what_can_be_read_of_it_is():
    good = {"id": "2", "from": "+8613800001235", "text": "hi"}
    parsed = parse([good, *range(1000)])
    assert [one.text for one in parsed.inbound] == ["hi"]
    (lost,) = parsed.unparseable
    assert json.loads(lost.raw) == [good, *range(1000)]
    assert lost.why.startswith("1000 items could not be read")


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 5000, b'"\\ud800"', b"[[]]"])
def test_a_broken_body_is_kept_and_nothing_is_raised(body):
    parsed = parse(body)
    assert len(parsed.unparseable) == 1
    assert not parsed.inbound


def test_messages_without_an_id_are_told_apart_by_their_content():
    base = {"from": "+8613800001234", "to": "1069", "text": "T", "at": "2026-11-22T04:00:00Z"}
    ids = [
        parse(base | change).inbound[0].provider_message_id for change in ({}, {}, {"text": "t"}, {"at": 1})
    ]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3


def test_a_national_number_is_read_by_the_channels_style():
    mainland = HttpSettings(key=KEY, style=Style.MAINLAND)
    (one,) = parse({"id": "1", "from": "13800001234", "text": "T"}, mainland).inbound
    assert one.from_phone == "+8613800001234"


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (
            {"id": "o-1", "status": "delivered", "at": "2026-11-22T04:00:00Z"},
            ParsedReceipt(None, "o-1", None, ReceiptStatus.DELIVERED, None, AT),
        ),
        (
            {"provider_id": 9, "status": "UNDELIVERED", "code": "MK:0001"},
            ParsedReceipt("9", None, None, ReceiptStatus.UNDELIVERED, "MK:0001"),
        ),
        (
            {"id": "o-1", "provider_id": "g-1", "to": "+8613800001234", "status": "read", "code": 0},
            ParsedReceipt("g-1", "o-1", "+8613800001234", ReceiptStatus.READ, "0"),
        ),
        ({"id": "o-1", "status": "failed"}, ParsedReceipt(None, "o-1", None, ReceiptStatus.UNDELIVERED)),
    ],
)
def test_a_receipt_is_read(item, expected):
    assert parse(item).receipts == (expected,)


def test_the_acknowledgement_says_what_was_understood():
    answer = PROVIDER.acknowledge(parse([{"id": "o", "status": "sent"}, 1]))
    assert (answer.status, answer.content_type) == (200, "application/json")
    assert json.loads(answer.body) == {"ok": True, "inbound": 0, "receipts": 1, "unparseable": 1}


# --- send ---


@pytest.fixture
def gateway():
    with Gateway() as double:
        yield double


@pytest.fixture
def transport():
    one = Transport(connect=timedelta(seconds=2), answer=timedelta(seconds=2), monotonic=clock.monotonic)
    yield one
    one.close()


def send(gateway: Gateway, transport: Transport, **changes):
    settings = HttpSettings(key=KEY, send_url=gateway.send_url).model_copy(update=changes)
    (outcome,) = PROVIDER.send([MESSAGE], settings, transport)
    return outcome


def test_a_message_arrives_signed_as_documented(gateway, transport):
    assert send(gateway, transport) == Accepted("g-1")
    assert gateway.taken == [{"id": "o-1", "to": "+8613800001234", "from": "10690000", "text": "您好 👋"}]
    assert gateway.forged == 0


def test_outcomes_keep_the_order_of_the_messages(gateway, transport):
    gateway.answer_with(Reply(400))
    settings = HttpSettings(key=KEY, base_url=gateway.url, send_url="/send")
    outcomes = PROVIDER.send([MESSAGE, MESSAGE], settings, transport)
    assert [type(one) for one in outcomes] == [Rejected, Accepted]


@pytest.mark.parametrize(
    ("reply", "kind", "code"),
    [
        (Reply(400), Rejection.PERMANENT, "http_400"),
        (Reply(400, b'{"code":"DND","kind":"opt_out"}'), Rejection.OPT_OUT, "DND"),
        (Reply(422, b'{"code":"WORDS","kind":"content"}'), Rejection.CONTENT, "WORDS"),
        (Reply(400, b'{"code":["x"],"kind":{}}'), Rejection.PERMANENT, "http_400"),
        (Reply(401), Rejection.CONFIG, "http_401"),
        (Reply(404), Rejection.CONFIG, "http_404"),
        (Reply(308, headers={"Location": "https://elsewhere.example/"}), Rejection.CONFIG, "http_308"),
        (Reply(429), Rejection.TEMPORARY, "http_429"),
        (Reply(503, headers={"Retry-After": "7"}), Rejection.TEMPORARY, "http_503"),
    ],
)
def test_a_definite_refusal_is_rejected_by_its_kind(gateway, transport, reply, kind, code):
    gateway.answer_with(reply)
    outcome = send(gateway, transport)
    assert isinstance(outcome, Rejected)
    assert (outcome.kind, outcome.code) == (kind, code)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200),
        Reply(200, b"{}"),
        Reply(200, b"<html>"),
        Reply(200, b'{"provider_id":null}'),
        Reply(200, b'[{"provider_id":"a"},{"provider_id":"b"}]'),
        Reply(302, headers={"Location": "/done"}),
        Reply(408),
        Reply(409),
        Reply(500),
        Reply(502),
        Reply(503),
        Reply(504, headers={"Retry-After": "1"}),
    ],
)
def test_what_may_have_been_taken_is_unknown(gateway, transport, reply):
    gateway.answer_with(reply)
    assert isinstance(send(gateway, transport), Unknown)


def test_a_lost_answer_is_unknown_and_the_next_message_goes_on(gateway, transport):
    gateway.lose_answers()
    assert isinstance(send(gateway, transport), Unknown)
    assert len(gateway.taken) == 1
    assert send(gateway, transport) == Accepted("g-2")


def test_the_gateways_wish_to_wait_is_passed_on(gateway, transport):
    gateway.answer_with(Reply(429, headers={"Retry-After": "30"}))
    assert send(gateway, transport).retry_after == timedelta(seconds=30)


def test_nobody_listening_is_temporary(gateway, transport):
    gateway.close()
    settings = HttpSettings(key=KEY, send_url=gateway.send_url)
    (outcome,) = PROVIDER.send([MESSAGE], settings, transport)
    assert isinstance(outcome, Rejected)
    assert (outcome.kind, outcome.code) == (Rejection.TEMPORARY, "not_connected")


@pytest.mark.parametrize(("send_url", "code"), [(None, "no_send_url"), ("/only-a-path", "bad_send_url")])
def test_a_channel_without_a_usable_address_is_a_matter_of_settings(transport, send_url, code):
    (outcome,) = PROVIDER.send([MESSAGE], HttpSettings(key=KEY, send_url=send_url), transport)
    assert isinstance(outcome, Rejected)
    assert (outcome.kind, outcome.code) == (Rejection.CONFIG, code)


def test_a_receipt_signed_by_the_gateway_is_verified_and_read(gateway):
    body, headers = gateway.signed([{"id": "o-1", "status": "delivered"}])
    call = Request.received("POST", URL, headers, body)
    assert PROVIDER.verify(call, SETTINGS) is None
    assert PROVIDER.parse(call, SETTINGS).receipts[0].outbound_id == "o-1"
