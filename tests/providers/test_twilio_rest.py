"""Sending through the official SDK to a double of Twilio's API, and asking it afterwards."""

from datetime import UTC, datetime, timedelta

import pytest

from app import clock
from app.providers.contract import (
    Accepted,
    Found,
    NotFound,
    Outgoing,
    ReceiptStatus,
    Rejected,
    Rejection,
    Request,
    Sought,
    Unknown,
)
from app.providers.transport import Transport
from app.providers.twilio import PROVIDER, TwilioSettings
from tests.doubles.listening import Reply
from tests.doubles.twilio_api import ACCOUNT, TOKEN, TwilioApi

HANDED = datetime(2026, 11, 22, 4, tzinfo=UTC)
LATER = HANDED + timedelta(minutes=5)
CALLBACK = "https://huixin.example/hooks/us/s/receipts"
MESSAGE = Outgoing("o-1", "+13105550100", "+13105550111", "We open at 9 · 九点", CALLBACK)


@pytest.fixture
def twilio():
    with TwilioApi(now=lambda: HANDED) as double:
        yield double


@pytest.fixture
def transport():
    one = Transport(connect=timedelta(seconds=2), answer=timedelta(seconds=2), monotonic=clock.monotonic)
    yield one
    one.close()


def settings(twilio: TwilioApi, **changes: str) -> TwilioSettings:
    return TwilioSettings(account_sid=ACCOUNT, auth_token=TOKEN, base_url=twilio.url, **changes)


def send(twilio: TwilioApi, transport: Transport, message: Outgoing = MESSAGE, **changes: str):
    (outcome,) = PROVIDER.send([message], settings(twilio, **changes), transport)
    return outcome


def query(twilio: TwilioApi, transport: Transport, *, now: datetime = LATER, **sought):
    return PROVIDER.query(Sought(MESSAGE, HANDED, **sought), settings(twilio), transport, now)


def test_a_message_is_created_as_documented(twilio, transport):
    outcome = send(twilio, transport)
    (taken,) = twilio.taken
    assert outcome == Accepted(taken.sid, 1)
    assert (taken.to, taken.sender, taken.body) == (MESSAGE.to_phone, MESSAGE.from_address, MESSAGE.text)
    assert taken.status_callback == f"{CALLBACK}?outbound_id=o-1"


def test_a_messaging_service_sends_in_place_of_the_number(twilio, transport):
    assert isinstance(send(twilio, transport, messaging_service_sid="MG1"), Accepted)
    assert twilio.taken[0].sender == "MG1"


def test_an_api_key_is_used_where_there_is_one(twilio, transport):
    wrong = send(twilio, transport, api_key_sid="SK1", api_key_secret="other")
    assert isinstance(wrong, Rejected)
    assert (wrong.kind, wrong.code) == (Rejection.CONFIG, "20003")


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, 21610, Rejection.OPT_OUT),
        (400, 21211, Rejection.PERMANENT),
        (400, 21614, Rejection.PERMANENT),
        (400, 21635, Rejection.PERMANENT),
        (400, 21408, Rejection.CONFIG),
        (400, 21612, Rejection.CONFIG),
        (400, 21617, Rejection.CONTENT),
        (400, 30007, Rejection.CONTENT),
        (400, 30034, Rejection.CONFIG),
        (400, 99999, Rejection.PERMANENT),
        (401, 20003, Rejection.CONFIG),
        (404, 20404, Rejection.CONFIG),
        (429, 20429, Rejection.TEMPORARY),
        (429, 14107, Rejection.TEMPORARY),
    ],
)
def test_an_error_means_what_the_table_says(twilio, transport, status, code, kind):
    twilio.refuse(status, code)
    outcome = send(twilio, transport)
    assert isinstance(outcome, Rejected)
    assert (outcome.kind, outcome.code) == (kind, str(code))
    assert not twilio.taken


def test_an_opted_out_person_is_learned_from_the_provider(twilio, transport):
    twilio.opted_out.add(MESSAGE.to_phone)
    assert send(twilio, transport).kind is Rejection.OPT_OUT


def test_twilios_wish_to_wait_is_passed_on(twilio, transport):
    twilio.refuse(429, 20429, {"Retry-After": "5"})
    assert send(twilio, transport).retry_after == timedelta(seconds=5)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(500),
        Reply(502, b"<html>"),
        Reply(503),
        Reply(201),
        Reply(201, b"{}"),
        Reply(201, b"[]"),
        Reply(201, b"null"),
        Reply(201, b'{"sid":7,"error_code":"x","date_created":5}'),
        Reply(302, headers={"Location": "/"}),
    ],
)
def test_what_may_have_been_taken_is_unknown_or_taken(twilio, transport, reply):
    twilio.answer_with(reply)
    assert isinstance(send(twilio, transport), Unknown | Accepted)


def test_a_lost_answer_is_unknown_and_not_repeated(twilio, transport):
    twilio.lose_answers()
    assert isinstance(send(twilio, transport), Unknown)
    assert (len(twilio.taken), twilio.calls) == (1, 1)


def test_nobody_listening_is_temporary(twilio, transport):
    twilio.close()
    outcome = send(twilio, transport)
    assert isinstance(outcome, Rejected)
    assert (outcome.kind, outcome.code) == (Rejection.TEMPORARY, "not_connected")


def test_the_environment_changes_nothing(twilio, transport, monkeypatch):
    monkeypatch.setenv("TWILIO_EDGE", "sydney")
    monkeypatch.setenv("TWILIO_REGION", "au1")
    assert isinstance(send(twilio, transport), Accepted)


def test_the_log_holds_no_number_text_or_secret(twilio, transport, caplog):
    caplog.set_level("DEBUG")
    send(twilio, transport)
    query(twilio, transport)
    assert not [one for one in ("3105550100", "九点", TOKEN) if one in caplog.text]


# --- settling a lost answer ---


def test_a_receipt_settles_a_lost_answer(twilio, transport):
    twilio.lose_answers()
    send(twilio, transport)
    url, body, headers = twilio.receipt(twilio.taken[0], "delivered")
    call = Request.received("POST", url, headers, body)
    assert PROVIDER.verify(call, settings(twilio)) is None
    (one,) = PROVIDER.parse(call, settings(twilio)).receipts
    assert (one.outbound_id, one.provider_id) == ("o-1", twilio.taken[0].sid)


def test_the_list_settles_a_lost_answer(twilio, transport):
    twilio.lose_answers()
    send(twilio, transport)
    twilio.taken[0].status = "delivered"
    fate = query(twilio, transport)
    assert isinstance(fate, Found)
    assert (fate.receipt.status, fate.receipt.outbound_id) == (ReceiptStatus.DELIVERED, "o-1")


def test_a_known_sid_is_asked_for_directly(twilio, transport):
    sid = send(twilio, transport).provider_id
    assert isinstance(query(twilio, transport, provider_id=sid), Found)
    assert isinstance(query(twilio, transport, provider_id="SMgone"), Unknown), "taken once, deleted since"


def test_not_found_is_certain_only_after_a_while(twilio, transport):
    assert isinstance(query(twilio, transport, now=HANDED + timedelta(minutes=1)), Unknown)
    assert query(twilio, transport) == NotFound()


def test_older_foreign_and_claimed_messages_are_not_the_one(twilio, transport):
    for _ in range(3):
        send(twilio, transport)
    old, inbound, claimed = twilio.taken
    old.created_at = HANDED - timedelta(hours=1)
    inbound.direction = "inbound"
    assert query(twilio, transport, known_ids=frozenset({claimed.sid})) == NotFound()


def test_two_of_the_same_text_or_one_of_another_is_in_doubt(twilio, transport):
    send(twilio, transport)
    twilio.taken[0].body = "We open at 9"
    assert isinstance(query(twilio, transport), Unknown)
    send(twilio, transport)
    send(twilio, transport)
    assert isinstance(query(twilio, transport), Unknown)


def test_a_question_that_fails_leaves_the_doubt(twilio, transport):
    twilio.refuse(500, 20500)
    assert isinstance(query(twilio, transport), Unknown)
    for body in (b'{"messages":[7]}', b"{}", b"null", b"[]", b'{"hello":[]}', b"<html>"):
        twilio.answer_with(Reply(200, body))
        assert isinstance(query(twilio, transport), Unknown)
    twilio.close()
    assert isinstance(query(twilio, transport), Unknown)
