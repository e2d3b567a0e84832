"""Hostile and odd values, one by one."""

import json
import math
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from app.providers import http, reading, simulator
from app.providers.contract import Request, Style
from app.providers.twilio import webhooks

MAINLAND, AMERICA, ABROAD = Style.MAINLAND, Style.NORTH_AMERICA, Style.INTERNATIONAL


@pytest.mark.parametrize(
    ("value", "style", "expected"),
    [
        ("+8613800001234", ABROAD, "+8613800001234"),
        ("13800001234", MAINLAND, "+8613800001234"),
        ("8613800001234", MAINLAND, "+8613800001234"),
        ("008613800001234", MAINLAND, "+8613800001234"),
        (13800001234, MAINLAND, "+8613800001234"),
        ("8613800001234", ABROAD, "+8613800001234"),
        ("(310) 555-0100", AMERICA, "+13105550100"),
        ("+1 310 555 0100", ABROAD, "+13105550100"),
        ("13105550100", AMERICA, "+13105550100"),
        ("abc", MAINLAND, None),
        ("", MAINLAND, None),
        ("+", ABROAD, None),
        ("12", MAINLAND, None),
        ("10086", MAINLAND, None),
        ("BRAND", AMERICA, None),
        ("whatsapp:+13105550100", AMERICA, None),
        ("+1310555010\x00", ABROAD, None),
        ("１３８００００１２３４", MAINLAND, None),
        ("9" * 40, ABROAD, None),
        (None, MAINLAND, None),
        (True, MAINLAND, None),
        ([], MAINLAND, None),
        (1.5, MAINLAND, None),
    ],
)
def test_a_phone_is_e164_or_none(value, style, expected):
    assert reading.phone(value, style) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-11-22T12:00:00+08:00", datetime(2026, 11, 22, 4, tzinfo=UTC)),
        ("2026-11-22T04:00:00Z", datetime(2026, 11, 22, 4, tzinfo=UTC)),
        ("Sun, 22 Nov 2026 04:00:00 GMT", datetime(2026, 11, 22, 4, tzinfo=UTC)),
        (1795320000, datetime(2026, 11, 22, 4, tzinfo=UTC)),
        ("2026-11-22 12:00:00", None),
        ("0001-01-01T00:00:00+23:59", None),
        ("9999-12-31T23:59:59-23:59", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("1999-12-31T23:59:59Z", None),
        ("soon", None),
        ("", None),
        ("9" * 1000, None),
        (10**30, None),
        (float("nan"), None),
        (True, None),
        ({}, None),
    ],
)
def test_an_instant_is_aware_and_utc_or_none(value, expected):
    assert reading.instant(value) == expected


def test_an_id_may_be_a_number_and_a_missing_one_is_the_contents_hash():
    assert reading.identity(7, "a") == "7"
    assert (
        reading.identity("x" * 101, "a")
        == reading.identity("x" * 101, "a")
        != reading.identity("y" * 101, "a")
    )
    assert reading.identity(None, "a").startswith("sha256:")
    assert reading.identity(None, "a", "b") != reading.identity(None, "ab", "")
    assert reading.identity(True, "a").startswith("sha256:")


def test_of_duplicate_keys_the_last_counts():
    assert reading.json_items(b'{"a":1,"a":2}').objects == ({"a": 2},)


def test_a_bad_item_never_loses_its_neighbours():
    items = reading.json_items(b'[{"a":1},[{"a":2}],null,"x",{"a":3}]')
    assert [one["a"] for one in items.objects] == [1, 3]
    assert [one.as_unparseable().raw for one in items.unusable] == [b'[{"a": 2}]', b"null", b'"x"']


def test_an_item_of_broken_utf8_is_kept_alone():
    items = reading.json_items(b'[{"a":"ok"},{"a":"\xcd\xcb\xb6\xa9"}]')
    assert items.objects == ({"a": "ok"},)
    assert [one.why for one in items.unusable] == ["not UTF-8"]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 5000, b"nul", b"{'a':1}"]
)
def test_what_is_no_json_is_kept_whole(body):
    items = reading.json_items(body)
    assert items.objects == ()
    assert [one.as_unparseable().raw for one in items.unusable] == [body]


def test_of_a_body_of_rubbish_only_what_is_kept_is_written_out_again(monkeypatch):
    written = []
    monkeypatch.setattr(reading, "as_bytes", lambda item: written.append(item) or b"{}")
    few, many = json.dumps([*range(20)]).encode(), json.dumps([{}, 1] * 10_000).encode()
    for provider in (http, simulator, webhooks):
        settings = SimpleNamespace(style=None)
        for body, apart in ((few, 20), (many, 0)):
            request = Request.received("POST", "https://shop.example/hooks/a/b/inbound", [], body)
            written.clear()
            lost = provider.parse(request, settings).unparseable
            assert (len(lost), len(written)) == (apart or 1, apart), provider.__name__
    assert lost[0].raw == many
    assert lost[0].why.startswith("20000 items could not be read")


def test_numbers_that_python_or_a_database_refuses_are_taken_as_text_or_nothing():
    items = reading.json_items(b'{"id":' + b"9" * 5000 + b',"x":NaN,"y":-Infinity,"z":1e999}')
    assert items.objects == ({"id": "9" * 5000, "x": None, "y": None, "z": math.inf},)


def test_a_raw_control_sign_in_a_string_does_not_cost_the_message():
    assert reading.json_items(b'{"text":"a\nb\x00c"}').objects == ({"text": "a\nb\x00c"},)
