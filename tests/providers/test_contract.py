"""The contract that every provider keeps, whatever it is."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from pydantic import ValidationError

from app.domain.discovery import DiscoveryError
from app.providers import providers
from app.providers.contract import (
    Acknowledgement,
    Capabilities,
    ChannelSettings,
    Headers,
    Outgoing,
    ParsedInbound,
    ProviderHours,
    ReceiptStatus,
    Request,
    Style,
)
from app.providers.http import HttpSettings
from app.providers.twilio import TwilioSettings

DOCS = Path(__file__).parents[2] / "docs" / "providers.md"


def test_the_shipped_providers_are_found_by_name():
    assert list(providers()) == ["http", "simulator", "twilio"]


def test_a_file_without_a_provider_fails_loudly(monkeypatch):
    monkeypatch.setattr("app.providers.iter_modules", lambda _: [SimpleNamespace(name="contract_free")])
    monkeypatch.setattr("app.providers.import_module", lambda _: SimpleNamespace())
    with pytest.raises(DiscoveryError, match="contract_free has no PROVIDER"):
        providers.__wrapped__()


def test_hours_without_a_source_fail_loudly(monkeypatch):
    one = providers()["http"]
    limited = replace(one, capabilities=replace(one.capabilities, hours=ProviderHours("08:00-20:00", "")))
    monkeypatch.setattr("app.providers.iter_modules", lambda _: [SimpleNamespace(name="limited")])
    monkeypatch.setattr("app.providers.import_module", lambda _: SimpleNamespace(PROVIDER=limited))
    with pytest.raises(DiscoveryError, match="its hours name no source"):
        providers.__wrapped__()


def test_two_files_of_one_name_fail_loudly(monkeypatch):
    one = providers()["http"]
    modules = [SimpleNamespace(name="a"), SimpleNamespace(name="b")]
    monkeypatch.setattr("app.providers.iter_modules", lambda _: modules)
    monkeypatch.setattr("app.providers.import_module", lambda _: SimpleNamespace(PROVIDER=one))
    with pytest.raises(DiscoveryError, match="another provider is called 'http'"):
        providers.__wrapped__()


@pytest.mark.parametrize("name", ["http", "simulator", "twilio"])
def test_every_setting_says_what_it_is_and_is_in_the_docs(name):
    settings = providers()[name].settings
    docs = DOCS.read_text("utf-8")
    assert all(field.description for field in settings.model_fields.values())
    assert not [setting for setting in settings.model_fields if f"`{setting}`" not in docs]


@pytest.mark.parametrize("name", ["http", "simulator", "twilio"])
def test_a_plain_get_is_a_connectivity_check(name):
    answer = providers()[name].connectivity(
        Request.received("GET", "https://huixin.example/hooks/a/b", {}, b"")
    )
    assert isinstance(answer, Acknowledgement)
    assert answer.status == 200


def test_headers_are_found_whatever_their_case():
    headers = Headers([("X-Twilio-Signature", "a"), ("x-twilio-signature", "b")])
    assert headers["x-TWILIO-signature"] == "a"
    assert headers.get("absent") is None
    assert len(headers) == 1


def test_a_request_reads_its_query_and_form():
    request = Request.received(
        "post",
        "https://h.example/x?outbound_id=7&empty=",
        {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"},
        b"Body=%E9%80%80%E8%AE%A2&A=1&A=2",
    )
    assert request.method == "POST"
    assert request.query == {"outbound_id": ("7",), "empty": ("",)}
    assert request.form == {"Body": ("退订",), "A": ("1", "2")}


def test_a_form_of_too_many_fields_is_none():
    body = b"&".join(b"a%d=1" % number for number in range(1001))
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert Request.received("POST", "https://h.example/", headers, body).form == {}


def test_a_channel_may_have_its_own_style_and_rate():
    settings = ChannelSettings(style=Style.MAINLAND, rate_per_second=3)
    own = Capabilities(style=Style.NORTH_AMERICA, rate_per_second=10, batch=5).for_channel(settings)
    assert (own.style, own.rate_per_second, own.batch) == ("mainland", 3, 5)


def test_delivered_outranks_undelivered_and_sent_never_undoes_either():
    ranks = [ReceiptStatus(name).rank for name in ("accepted", "sent", "undelivered", "delivered", "read")]
    assert ranks == sorted(ranks)


def test_nothing_private_shows_in_a_repr():
    shown = [
        repr(Request.received("POST", "https://h.example/hooks/c/s3cret", {"X-Sig": "s3cret"}, b"s3cret")),
        repr(ParsedInbound("SM1", "+13105550100", "+1", "s3cret")),
        repr(Outgoing("1", "+13105550100", "+1", "s3cret", "https://h.example/s3cret")),
        repr(HttpSettings(key="s3cret-s3cret")),
        repr(TwilioSettings(account_sid="AC1", auth_token="s3cret", api_key_secret="s3cret")),
    ]
    assert not [one for one in shown if "s3cret" in one or "+13105550100" in one]


def test_wrong_settings_are_told_without_their_values():
    with pytest.raises(ValidationError) as caught:
        TwilioSettings(account_sid="AC1", auth_token="", base_url="s3cret")
    assert "s3cret" not in str(caught.value)
    with pytest.raises(ValidationError):
        HttpSettings(key="12345678", send_url="ftp://x.example")
    with pytest.raises(ValidationError):
        HttpSettings(key="12345678", unheard_of=1)


def test_settings_are_stored_with_their_secrets_and_read_again():
    settings = HttpSettings(key="12345678", send_url="https://g.example/", style="mainland")
    stored = settings.to_stored()
    assert stored == {"key": "12345678", "send_url": "https://g.example/", "style": "mainland"}
    assert HttpSettings.model_validate(stored) == settings
