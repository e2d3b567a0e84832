"""The signed HTTP checker against a double of a service, and against answers that are none."""

import json
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from app import clock
from app.number_checkers import Access, Finding, NoAnswer, Standing
from app.number_checkers.http import CHECKER
from app.providers.transport import Transport
from tests.doubles.listening import Reply, free_port
from tests.doubles.number_service import KEY, NumberService

ONE, TWO = "+8613800001111", "+8613800002222"


@pytest.fixture
def service() -> Iterator[NumberService]:
    with NumberService() as listening:
        yield listening


@pytest.fixture
def transport() -> Iterator[Transport]:
    made = Transport(monotonic=clock.monotonic)
    yield made
    made.close()


def asks(service: NumberService, transport: Transport, key: str = KEY) -> object:
    return CHECKER.check([ONE, TWO], Access(service.url, SecretStr(key)), transport)


def told(*results: object) -> Reply:
    return Reply(200, json.dumps({"results": results}).encode())


def test_a_batch_is_asked_about_at_once_and_signed(service: NumberService, transport: Transport) -> None:
    service.knows = {ONE: ("dead", "MK:0001"), TWO: ("suspended", None)}
    assert asks(service, transport) == [
        Finding(ONE, Standing.DEAD, "MK:0001"),
        Finding(TWO, Standing.SUSPENDED, None),
    ]
    assert service.asked == [[ONE, TWO]]


def test_what_cannot_be_read_of_an_answer_costs_the_rest_nothing(
    service: NumberService, transport: Transport
) -> None:
    good = {"phone": TWO, "status": "ALIVE", "code": 0}
    service.answer_with(
        told(None, 7, {"phone": ONE}, {"phone": ONE, "status": "gone"}, {"phone": [ONE]}, good)
    )
    assert asks(service, transport) == [Finding(TWO, Standing.ALIVE, "0")]


@pytest.mark.parametrize(
    ("reply", "says", "is_final"),
    [
        (Reply(200, b"not json"), "cannot be read", False),
        (Reply(200, b'{"results": 5}'), "cannot be read", False),
        (Reply(200, b'[{"results": []}, {}]'), "cannot be read", False),
        (Reply(500), "HTTP 500", False),
        (Reply(429), "HTTP 429", False),
        (Reply(404), "HTTP 404", True),
        (Reply(302, headers={"Location": "/elsewhere"}), "HTTP 302", True),
        (Reply(is_lost=True), "did not answer in full", False),
    ],
)
def test_no_answer_is_told_in_words(
    service: NumberService, transport: Transport, reply: Reply, says: str, is_final: bool
) -> None:
    service.answer_with(reply)
    answer = asks(service, transport)
    assert isinstance(answer, NoAnswer)
    assert (says in answer.why, answer.is_final) == (True, is_final)
    assert KEY not in answer.why
    assert ONE not in answer.why


def test_a_wrong_key_has_to_be_mended(service: NumberService, transport: Transport) -> None:
    assert asks(service, transport, "another-key") == NoAnswer("the checker refused with HTTP 401", True)


@pytest.mark.parametrize(
    ("url", "says", "is_final"),
    [
        ("http://127.0.0.1:{port}", "could not be reached", False),
        ("ftp://127.0.0.1", "no address to ask at", True),
    ],
)
def test_an_address_where_nobody_answers(transport: Transport, url: str, says: str, is_final: bool) -> None:
    answer = CHECKER.check([ONE], Access(url.format(port=free_port()), SecretStr(KEY)), transport)
    assert isinstance(answer, NoAnswer)
    assert (says in answer.why, answer.is_final) == (True, is_final)
