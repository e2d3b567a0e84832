"""A business connects Twilio: customers' signed texts come in, answers leave by its API, receipts come back."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from app.store.outbound.table import Outbound
from app.usecases.channel_setup import Added, add_channel
from app.usecases.parts import Parts
from app.wiring import Connections
from tests.doubles.twilio_api import ACCOUNT, TOKEN, TwilioApi
from tests.web.demo_shop import TestClock, an_app, demo_parts, some_settings, work

NUMBER = "+14155550111"
ALICE = "+14155550123"
PUBLIC = "http://127.0.0.1:8000"


class Twilio:
    """Twilio as a customer's phone and the brand's account see it."""

    def __init__(self, api: TwilioApi, client: FlaskClient, channel: Added) -> None:
        self.api, self.client, self.channel = api, client, channel
        self.texts = 0

    def text(self, words: str, sid: str | None = None, **more: str) -> int:
        self.texts += 1
        sid = sid or f"SM{self.texts:032d}"
        url = self.channel.inbound_url
        body, headers = self.api.inbound(url, sid=sid, from_phone=ALICE, to=NUMBER, text=words, **more)
        return self.client.post(urlsplit(url).path, data=body, headers=headers).status_code

    def report(self, status: str) -> int:
        url, body, headers = self.api.receipt(self.api.taken[-1], status)
        parts = urlsplit(url)
        return self.client.post(f"{parts.path}?{parts.query}", data=body, headers=headers).status_code


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def parts(engine: Engine, tmp_path: Path, clock: TestClock) -> Iterator[Parts]:
    made = demo_parts(some_settings(tmp_path), engine, clock)
    yield made
    cast(Connections, made.connect).close()


@pytest.fixture
def twilio(parts: Parts, tmp_path: Path, clock: TestClock) -> Iterator[Twilio]:
    app: Flask = an_app(some_settings(tmp_path), parts)
    with TwilioApi() as api:
        given = {"account_sid": ACCOUNT, "auth_token": TOKEN, "base_url": api.url, "sender": NUMBER}
        channel = add_channel(parts, "twilio", "main", "demo", given, clock(), "test")
        yield Twilio(api, app.test_client(), channel)


def test_a_text_gets_its_reply_over_the_api(twilio: Twilio, parts: Parts, clock: TestClock) -> None:
    assert twilio.text("HELP") == 200
    work(parts, clock)
    (reply,) = twilio.api.taken
    assert (reply.to, reply.sender) == (ALICE, NUMBER)
    assert "STOP" in reply.body or "HUMAN" in reply.body


def test_a_receipt_settles_the_reply(twilio: Twilio, parts: Parts, clock: TestClock, engine: Engine) -> None:
    twilio.text("HELP")
    work(parts, clock)
    assert twilio.report("delivered") == 200
    assert twilio.report("sent") == 200
    with engine.connect() as connection:
        assert connection.scalars(select(Outbound.__table__.c.status)).all() == ["delivered"]


def test_a_repeated_webhook_is_answered_once(twilio: Twilio, parts: Parts, clock: TestClock) -> None:
    for _ in range(3):
        assert twilio.text("HELP", sid="SM" + "7" * 32) == 200
        work(parts, clock)
    assert len(twilio.api.taken) == 1


def test_a_stop_that_twilio_has_answered_gets_no_second_confirmation(
    twilio: Twilio, parts: Parts, clock: TestClock
) -> None:
    assert twilio.text("STOP", OptOutType="STOP") == 200
    work(parts, clock)
    assert twilio.api.taken == []


def test_an_answer_that_is_lost_is_settled_by_its_receipt_and_never_sent_again(
    twilio: Twilio, parts: Parts, clock: TestClock, engine: Engine
) -> None:
    twilio.api.lose_answers()
    twilio.text("HELP")
    work(parts, clock)
    with engine.connect() as connection:
        assert connection.scalars(select(Outbound.__table__.c.status)).all() == ["unknown"]
    assert twilio.report("delivered") == 200
    work(parts, clock)
    with engine.connect() as connection:
        assert connection.scalars(select(Outbound.__table__.c.status)).all() == ["delivered"]
    assert len(twilio.api.taken) == 1


def test_a_forged_text_is_refused_and_not_stored(twilio: Twilio, parts: Parts, clock: TestClock) -> None:
    path = urlsplit(twilio.channel.inbound_url).path
    forged = {"From": ALICE, "To": NUMBER, "Body": "STOP", "MessageSid": "SM" + "9" * 32}
    answer = twilio.client.post(path, data=forged, headers={"X-Twilio-Signature": "bm90IGl0"})
    assert answer.status_code == 403
    work(parts, clock)
    assert twilio.api.taken == []
