"""Whatever a webhook is sent, it is read or kept: never an exception, never a text unfit for the store."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.providers import providers
from app.providers.contract import Headers, Request
from app.providers.http import HttpSettings
from app.providers.simulator import SimulatorSettings
from app.providers.twilio import TwilioSettings

SETTINGS = {
    "http": HttpSettings(key="12345678"),
    "simulator": SimulatorSettings(),
    "twilio": TwilioSettings(account_sid="AC1", auth_token="12345"),
}
HTTP_NAMES = ["id", "from", "phone", "to", "text", "at", "status", "code", "provider_id"]
TWILIO_NAMES = ["MessageSid", "From", "To", "Body", "MessageStatus", "SmsStatus", "OptOutType", "ErrorCode"]
NAMES = st.sampled_from([*HTTP_NAMES, *TWILIO_NAMES, "MediaUrl0"])
TEXTS = st.text(st.characters(), max_size=20) | st.sampled_from(
    ["+8613800001234", "+13105550100", "T", "/opt_out", "delivered", "\ud800", "\x00", "2026-11-22T04:00:00Z"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
ITEMS = st.dictionaries(NAMES | TEXTS, VALUES, max_size=8)
BODIES = st.binary(max_size=60) | st.builds(
    lambda value: json.dumps(value).encode(), VALUES | ITEMS | st.lists(ITEMS, max_size=4)
)
FORMS = st.dictionaries(NAMES | TEXTS, st.lists(TEXTS, max_size=2).map(tuple), max_size=6)


def is_storable(value: object) -> bool:
    dumped = json.dumps(value, ensure_ascii=False, allow_nan=False)
    dumped.encode()
    return "\\u0000" not in dumped


@pytest.mark.parametrize("name", sorted(SETTINGS))
@given(body=BODIES, form=FORMS, query=FORMS, method=st.sampled_from(["GET", "POST"]))
def test_parsing_never_raises_and_reads_only_what_can_be_stored(name, body, form, query, method):
    request = Request(method, "https://h.example/hooks/c/s/inbound", Headers(), query, form, body)
    provider = providers()[name]
    parsed = provider.parse(request, SETTINGS[name])
    assert provider.acknowledge(parsed).status == 200
    for one in parsed.inbound:
        assert one.from_phone.startswith("+")
        assert one.provider_message_id
        assert one.at is None or one.at.tzinfo is not None
        assert is_storable([one.provider_message_id, one.to_address, one.text, one.sign_name])
    for receipt in parsed.receipts:
        assert receipt.provider_id or receipt.outbound_id
        assert is_storable([receipt.provider_id, receipt.outbound_id, receipt.to_phone, receipt.code])


@pytest.mark.parametrize("name", sorted(SETTINGS))
@given(body=st.binary(max_size=60), form=FORMS, header=TEXTS)
def test_verifying_never_raises_and_takes_no_forgery(name, body, form, header):
    headers = Headers({"X-Twilio-Signature": header, "X-Huixin-Signature": header})
    request = Request("POST", "https://h.example/hooks/c/s/inbound", headers, {}, form, body)
    assert providers()[name].verify(request, SETTINGS[name])


@pytest.mark.parametrize("name", ["http", "simulator"])
@given(items=st.lists(VALUES | ITEMS, min_size=1, max_size=5), at=st.integers(0, 5))
def test_a_good_item_is_read_among_any_neighbours(name, items, at):
    good = {"id": "good", "from": "+8613800001234", "phone": "+8613800001234", "text": "退订"}
    body = json.dumps([*items[:at], good, *items[at:]]).encode()
    parsed = providers()[name].parse(Request("POST", "https://h.example/", body=body), SETTINGS[name])
    assert "good" in [one.provider_message_id for one in parsed.inbound]
    assert len(parsed.inbound) + len(parsed.receipts) + len(parsed.unparseable) == len(items) + 1
