"""The webhook to a program that checks our signature: what it is told, and what each of its answers means."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from pydantic import SecretStr

from app import clock
from app.notifiers import Failed, Kind, Notifier, webhook
from tests.domain.test_alert_words import LINK, NOW
from tests.doubles.alert_program import SECRET, AlertProgram
from tests.doubles.listening import Reply, free_port
from tests.notifiers.letters import a_letter


@pytest.fixture
def program() -> Iterator[AlertProgram]:
    with AlertProgram() as listening:
        yield listening


def through(url: str, secret: str = SECRET) -> Notifier:
    return webhook.notifier(url, SecretStr(secret), clock.monotonic, answer=timedelta(seconds=5))


@pytest.fixture
def way(program: AlertProgram) -> Iterator[Notifier]:
    made = through(program.url)
    yield made
    made.rest()


def test_a_notice_is_signed_with_its_time_within(program: AlertProgram, way: Notifier) -> None:
    assert way.send(a_letter()) is None
    assert program.told == {
        "0190": {
            "id": "0190",
            "type": "complaint.warning",
            "at": NOW.isoformat(),
            "brand": "demo",
            "complaint": {"number": 12, "kind": "service_complaint", "category": "quality"},
            "clock": "first_response",
            "percent": 80,
            "due_at": "2026-11-23T04:24:00+00:00",
            "met_at": None,
            "seconds_left": 1440,
            "link": LINK,
        }
    }


def test_a_repeat_has_the_same_name(program: AlertProgram, way: Notifier) -> None:
    program.answer_with(Reply(is_lost=True))
    assert way.send(a_letter()) == Failed(Kind.DOWN, "webhook_lost")
    assert way.send(a_letter(now=NOW + timedelta(minutes=1))) is None
    assert (program.calls, list(program.told)) == (["0190", "0190"], ["0190"])


ANSWERS = [
    (Reply(200), None),
    (Reply(409), None),
    (Reply(302, headers={"Location": "http://127.0.0.1:1/"}), Failed(Kind.DOWN, "webhook_refused", 302)),
    (Reply(400), Failed(Kind.PERMANENT, "webhook_refused", 400)),
    (Reply(404), Failed(Kind.DOWN, "webhook_refused", 404)),
    (Reply(429), Failed(Kind.DOWN, "webhook_refused", 429)),
    (Reply(503), Failed(Kind.DOWN, "webhook_refused", 503)),
]


@pytest.mark.parametrize(("answer", "outcome"), ANSWERS)
def test_each_answer_says_whether_another_try_is_of_use(
    program: AlertProgram, way: Notifier, answer: Reply, outcome: Failed | None
) -> None:
    program.answer_with(answer)
    assert way.send(a_letter()) == outcome
    assert len(program.calls) == 1, "no redirect is followed"


def test_a_program_with_another_secret_refuses(program: AlertProgram) -> None:
    way = through(program.url, "another secret of theirs")
    assert way.send(a_letter()) == Failed(Kind.DOWN, "webhook_refused", 401)
    way.rest()
    assert (program.forged, program.told) == (1, {})


@pytest.mark.parametrize(
    ("url", "reason"),
    [("http://127.0.0.1:{port}", "webhook_unreachable"), ("http://", "webhook_bad_address")],
)
def test_who_is_not_there_is_told_as_that(url: str, reason: str) -> None:
    way = through(url.format(port=free_port()))
    assert way.send(a_letter()) == Failed(Kind.DOWN, reason)
    way.rest()
