"""Twilio's webhooks, against raw payloads and the published signature vector."""

import base64
import hmac
import json
from hashlib import sha1, sha256
from urllib.parse import urlencode

import pytest

from app.providers.contract import Media, ReceiptStatus, Request
from app.providers.twilio import PROVIDER, TwilioSettings

TOKEN = "12345"
URL = "https://huixin.example/hooks/us/s/inbound"
SETTINGS = TwilioSettings(account_sid="AC" + "0" * 32, auth_token=TOKEN)
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
INBOUND = {
    "MessageSid": "SM1",
    "SmsSid": "SM1",
    "AccountSid": "AC" + "0" * 32,
    "From": "+13105550100",
    "To": "+13105550111",
    "Body": "STOP",
    "NumMedia": "0",
    "SmsStatus": "received",
}


def sign(url: str, fields: dict[str, str] | None = None, *, key: str = TOKEN, by=sha1) -> str:
    text = url + "".join(name + value for name, value in sorted((fields or {}).items()))
    return base64.b64encode(hmac.new(key.encode(), text.encode(), by).digest()).decode()


def form(fields: dict[str, str], *, url: str = URL, signed_as: str | None = None, **headers: str) -> Request:
    signature = {"X-Twilio-Signature": signed_as or sign(url, fields)}
    return Request.received("POST", url, FORM | signature | headers, urlencode(fields).encode())


def parsed(fields: dict[str, str], url: str = URL):
    return PROVIDER.parse(form(fields, url=url), SETTINGS)


# --- verify ---


def test_the_published_vector_is_taken():
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    fields = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    assert PROVIDER.verify(form(fields, url=url, signed_as="RSOYDt4T1cUTdK1PDd93/VVr8B8="), SETTINGS) is None


def test_unknown_fields_chinese_and_empty_values_are_signed_over_too():
    fields = INBOUND | {"Body": " 别再给我发短信了 😀 ", "FromCity": "", "BrandNew": "1"}
    assert PROVIDER.verify(form(fields), SETTINGS) is None


@pytest.mark.parametrize("change", [{"Body": "START"}, {"Extra": "1"}, {"From": "+13105550199"}])
def test_a_changed_field_is_refused(change):
    assert (
        PROVIDER.verify(form(INBOUND | change, signed_as=sign(URL, INBOUND)), SETTINGS) == "signature_wrong"
    )


@pytest.mark.parametrize("signature", ["x", "ü", "=" * 28, sign(URL, INBOUND, key="other"), sign(URL)])
def test_a_forged_signature_is_refused(signature):
    assert PROVIDER.verify(form(INBOUND, signed_as=signature), SETTINGS) == "signature_wrong"


def test_no_signature_is_refused():
    request = Request.received("POST", URL, FORM, urlencode(INBOUND).encode())
    assert PROVIDER.verify(request, SETTINGS) == "signature_missing"


def test_the_address_is_part_of_the_signature():
    request = form(INBOUND, url=f"{URL}?outbound_id=o-1", signed_as=sign(URL, INBOUND))
    assert PROVIDER.verify(request, SETTINGS) == "signature_wrong"


def test_the_standard_port_makes_no_difference():
    signed = sign(URL.replace("huixin.example", "huixin.example:443"), INBOUND)
    assert PROVIDER.verify(form(INBOUND, signed_as=signed), SETTINGS) is None


def test_a_get_is_verified_over_its_address():
    url = f"{URL}?{urlencode(INBOUND)}"
    request = Request.received("GET", url, {"X-Twilio-Signature": sign(url)}, b"")
    assert PROVIDER.connectivity(request) is None
    assert PROVIDER.verify(request, SETTINGS) is None
    assert PROVIDER.parse(request, SETTINGS).inbound[0].provider_message_id == "SM1"


def json_request(body: bytes, vouched: bytes | None) -> Request:
    url = URL if vouched is None else f"{URL}?bodySHA256={sha256(vouched).hexdigest()}"
    headers = {"Content-Type": "application/json", "X-Twilio-Signature": sign(url)}
    return Request.received("POST", url, headers, body)


def test_a_json_body_is_vouched_for_by_its_hash():
    body = json.dumps(INBOUND).encode()
    assert PROVIDER.verify(json_request(body, body), SETTINGS) is None
    assert PROVIDER.parse(json_request(body, body), SETTINGS).inbound[0].text == "STOP"
    assert PROVIDER.verify(json_request(body + b" ", body), SETTINGS) == "signature_wrong"
    assert PROVIDER.verify(json_request(body, None), SETTINGS) == "signature_wrong"
    assert PROVIDER.verify(json_request(b"\xff", b"\xff"), SETTINGS) == "signature_wrong"


@pytest.mark.parametrize("vouched", ["bodySHA256=", "bodySHA256", "bodySHA256=&bodySHA256="])
def test_an_empty_hash_vouches_for_nothing(vouched):
    url, body = f"{URL}?{vouched}", json.dumps(INBOUND).encode()
    headers = {"Content-Type": "application/json", "X-Twilio-Signature": sign(url)}
    request = Request.received("POST", url, headers, body)
    assert PROVIDER.verify(request, SETTINGS) == "signature_wrong"


def test_a_shared_key_signs_with_its_own_algorithm():
    settings = SETTINGS.model_copy(update={"webhook_key": SETTINGS.auth_token.__class__("shared")})
    named = {"X-Twilio-Webhooks-Signature-Settings": "key=k1,algorithm=HMAC_SHA256"}
    signed = sign(URL, INBOUND, key="shared", by=sha256)
    assert PROVIDER.verify(form(INBOUND, signed_as=signed, **named), settings) is None
    assert (
        PROVIDER.verify(form(INBOUND, signed_as=sign(URL, INBOUND), **named), settings) == "signature_wrong"
    )


# --- parse ---


def test_a_message_is_read_whole():
    (one,) = parsed(INBOUND).inbound
    assert (one.provider_message_id, one.from_phone, one.to_address) == (
        "SM1",
        "+13105550100",
        "+13105550111",
    )
    assert (one.text, one.at, one.opt_out_type, one.media) == ("STOP", None, None, ())


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"Body": "/opt_out"}, "/opt_out"),
        ({"Body": "x" * 10_000}, "x" * 10_000),
        ({"Body": ""}, ""),
        ({"Body": "a\x00b"}, "ab"),
        ({"Body": "T恤还有吗"}, "T恤还有吗"),
        ({"SmsStatus": ""}, "STOP"),
        ({"NumMedia": "many", "MediaUrl0": "javascript:alert(1)"}, "STOP"),
    ],
)
def test_an_odd_message_is_still_a_message(change, text):
    read = parsed(INBOUND | change)
    assert [one.text for one in read.inbound] == [text]
    assert not read.unparseable


@pytest.mark.parametrize(
    ("sent", "expected"), [("STOP", "stop"), ("START", "start"), ("HELP", "help"), ("?", None)]
)
def test_twilios_own_opt_out_word_is_told(sent, expected):
    assert parsed(INBOUND | {"OptOutType": sent}).inbound[0].opt_out_type == expected


def test_pictures_come_with_their_types():
    fields = INBOUND | {
        "NumMedia": "2",
        "MediaUrl0": "https://api.twilio.com/a",
        "MediaContentType0": "image/jpeg",
        "MediaUrl1": "https://api.twilio.com/b",
    }
    assert parsed(fields).inbound[0].media == (
        Media("https://api.twilio.com/a", "image/jpeg"),
        Media("https://api.twilio.com/b", None),
    )


def test_a_message_without_a_sid_has_its_contents_hash():
    bare = {name: value for name, value in INBOUND.items() if not name.endswith("Sid")}
    one, again, other = (parsed(bare | change).inbound[0] for change in ({}, {}, {"Body": "T"}))
    assert one.provider_message_id == again.provider_message_id != other.provider_message_id


@pytest.mark.parametrize(
    "fields",
    [
        {"MessageSid": "SM1", "Body": "hi"},
        INBOUND | {"From": "whatsapp:+13105550100"},
        INBOUND | {"From": "abc"},
        {"MessageSid": "SM1", "MessageStatus": "teleported"},
        {"MessageStatus": "delivered"},
    ],
)
def test_what_cannot_be_read_is_kept(fields):
    read = parsed(fields)
    assert not read.inbound
    assert not read.receipts
    assert [json.loads(one.raw) for one in read.unparseable] == [fields]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("queued", ReceiptStatus.ACCEPTED),
        ("sending", ReceiptStatus.ACCEPTED),
        ("sent", ReceiptStatus.SENT),
        ("delivered", ReceiptStatus.DELIVERED),
        ("undelivered", ReceiptStatus.UNDELIVERED),
        ("failed", ReceiptStatus.UNDELIVERED),
        ("canceled", ReceiptStatus.UNDELIVERED),
        ("read", ReceiptStatus.READ),
    ],
)
def test_a_status_callback_is_a_receipt(status, expected):
    fields = {"MessageSid": "SM9", "MessageStatus": status, "SmsStatus": status, "To": "+13105550100"}
    (one,) = parsed(fields).receipts
    assert (one.provider_id, one.outbound_id, one.to_phone, one.status) == (
        "SM9",
        None,
        "+13105550100",
        expected,
    )


def test_a_receipt_carries_its_error_and_our_own_id():
    fields = {"MessageSid": "SM9", "MessageStatus": "undelivered", "ErrorCode": "30005"}
    (one,) = parsed(fields, f"{URL}?outbound_id=o-1").receipts
    assert (one.provider_id, one.outbound_id, one.code) == ("SM9", "o-1", "30005")


def test_the_acknowledgement_is_twiml_that_says_nothing():
    answer = PROVIDER.acknowledge(parsed(INBOUND))
    assert (answer.status, answer.body) == (200, "<Response/>")
    assert answer.content_type.startswith("text/xml")
