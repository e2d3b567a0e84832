"""The client of the language model's server, against a server that does as it is told."""

import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pybreaker
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from app import clock
from app.nlu import LONGEST, MODEL_HEADER, Nlu, Parsed, Unavailable
from tests.doubles.listening import Call, Listening, Reply


class Double:
    """Answers as the server does and keeps what it was asked; `is_away`, `stumbles_over` and `delay_s` make it ill."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.requests = 0
        self.model = "huixin-1"
        self.is_away = False
        self.stumbles_over: set[str] = set()
        self.delay_s = 0.0

    def answer(self, request: Request) -> Response:
        texts = json.loads(request.data)["texts"]
        self.requests += 1
        self.asked += texts
        time.sleep(self.delay_s)
        if self.is_away or self.stumbles_over.intersection(texts):
            return Response("{}", 500)
        ranking = [{"name": "praise", "confidence": 0.8}, {"name": "deny", "confidence": 0.2}]
        body = [
            {
                "text": text,
                "intent": ranking[0],
                "intent_ranking": ranking,
                "entities": [{"entity": "phone", "value": text, "start": 0, "end": 3}],
            }
            for text in texts
        ]
        return Response(json.dumps(body), headers={MODEL_HEADER: self.model})


@pytest.fixture
def double(httpserver: HTTPServer) -> Double:
    served = Double()
    httpserver.expect_request("/model/parse", method="POST").respond_with_handler(served.answer)
    httpserver.expect_request("/status").respond_with_handler(
        lambda _: Response("{}", 500 if served.is_away else 200, headers={MODEL_HEADER: served.model})
    )
    return served


@pytest.fixture
def nlu(httpserver: HTTPServer, double: Double) -> Iterator[Nlu]:
    with Nlu(httpserver.url_for(""), timeout_s=0.5, failures_that_open=2, open_for_s=0.3) as client:
        yield client


def only(answer: list[Parsed | Unavailable]) -> Parsed:
    (first,) = answer
    assert isinstance(first, Parsed)
    return first


def test_an_answer_carries_intent_ranking_entities_and_model(nlu: Nlu) -> None:
    parsed = only(nlu.parse(["很好"]))
    assert (parsed.intent, parsed.confidence, parsed.model) == ("praise", 0.8, "huixin-1")
    assert parsed.ranking == (("praise", 0.8), ("deny", 0.2))
    assert (parsed.entities[0].kind, parsed.entities[0].value) == ("phone", "很好")


def test_several_texts_are_answered_in_their_order_and_each_is_asked_once(nlu: Nlu, double: Double) -> None:
    answers = nlu.parse(["one", "", "two", "one", "three"])
    assert [getattr(answer, "intent", None) for answer in answers] == [
        "praise",
        "out_of_scope",
        "praise",
        "praise",
        "praise",
    ]
    assert sorted(double.asked) == ["one", "three", "two"]


def test_many_texts_go_in_few_requests_and_each_has_its_own_answer(nlu: Nlu, double: Double) -> None:
    texts = [f"text {n}" for n in range(20)]
    assert [only([answer]).entities[0].value for answer in nlu.parse(texts)] == texts
    assert double.requests == 3


@pytest.mark.parametrize("text", ["", "  \n", "/", "\x00", "///", "／"])
def test_a_text_without_content_is_out_of_scope_and_never_sent(nlu: Nlu, double: Double, text: str) -> None:
    assert only(nlu.parse([text])).intent == "out_of_scope"
    assert double.asked == []


@pytest.mark.parametrize(
    "text", ["/opt_out", "//opt_out", " / opt_out", "／opt_out", "\x00/opt_out", "/\x00/opt_out"]
)
def test_a_command_is_never_sent_as_one(nlu: Nlu, double: Double, text: str) -> None:
    nlu.parse([text])
    assert double.asked == ["opt_out"]


def test_what_is_sent_is_clean_and_cut(nlu: Nlu, double: Double) -> None:
    nlu.parse(["a\x00b\ud800" + "c" * 5_000])
    assert double.asked[0].startswith("ab")
    assert len(double.asked[0]) <= LONGEST
    assert "\ud800" not in double.asked[0]


def test_the_same_text_in_another_width_is_recalled(nlu: Nlu, double: Double) -> None:
    nlu.parse(["很好 ok"])
    assert only(nlu.parse(["很好　ＯＫ"])).intent == "praise"
    assert len(double.asked) == 1


def test_a_new_model_is_asked_again(nlu: Nlu, double: Double) -> None:
    nlu.parse(["很好"])
    double.model = "huixin-2"
    nlu.parse(["another text"])
    assert only(nlu.parse(["很好"])).model == "huixin-2"


def test_a_new_model_is_noticed_where_nobody_writes_a_new_text(
    nlu: Nlu, double: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    nlu.parse(["很好"])
    double.model = "huixin-2"
    later = clock.monotonic() + 5
    monkeypatch.setattr(clock, "monotonic", lambda: later)
    assert only(nlu.parse(["很好"])).model == "huixin-2"
    double.is_away = True
    monkeypatch.setattr(clock, "monotonic", lambda: later + 5)
    assert only(nlu.parse(["很好"])).model == "huixin-2"


def test_a_slow_server_is_a_timeout(nlu: Nlu, double: Double) -> None:
    double.delay_s = 0.8
    assert nlu.parse(["slow"]) == [Unavailable("timeout")]


def test_a_server_that_has_no_model_is_down(nlu: Nlu, double: Double) -> None:
    double.is_away = True
    assert nlu.parse(["text"]) == [Unavailable("down")]


def test_a_text_that_the_server_stumbles_over_costs_no_other(nlu: Nlu, double: Double) -> None:
    double.stumbles_over = {"odd"}
    for _ in range(5):
        one, odd, two = nlu.parse(["one", "odd", "two"])
        assert isinstance(one, Parsed)
        assert isinstance(two, Parsed)
        assert odd == Unavailable("error")
    assert only(nlu.parse(["after it"])).intent == "praise"


@pytest.mark.parametrize("step", [timedelta(hours=-1), timedelta(hours=1)])
def test_a_stepped_wall_clock_neither_holds_the_breaker_open_nor_closes_it(
    nlu: Nlu, double: Double, monkeypatch: pytest.MonkeyPatch, step: timedelta
) -> None:
    double.is_away = True
    for n in range(3):
        nlu.parse([f"text {n}"])
    double.is_away = False
    monkeypatch.setattr(clock, "now", stepped := lambda: datetime.now(UTC) + step)
    monkeypatch.setattr(pybreaker, "datetime", SimpleNamespace(now=lambda _: stepped()))
    assert nlu.parse(["too early"]) == [Unavailable("breaker_open")]
    time.sleep(0.35)
    assert only(nlu.parse(["well again"])).intent == "praise"


def test_a_server_that_is_not_there_is_down() -> None:
    with Nlu("http://127.0.0.1:9", timeout_s=0.5) as client:
        assert client.parse(["text"]) == [Unavailable("down")]
        assert not client.is_up()


@pytest.mark.parametrize("told", [{"intent": None}, [{"intent": None}] * 2, [], 7, {"text": 1, "intent": 2}])
def test_an_answer_in_another_shape_is_an_error(httpserver: HTTPServer, told: object) -> None:
    httpserver.expect_request("/model/parse").respond_with_json(told)
    httpserver.expect_request("/status").respond_with_json({})
    with Nlu(httpserver.url_for("")) as client:
        assert client.parse(["text", "other"]) == [Unavailable("error")] * 2


def test_the_breaker_opens_after_failures_and_closes_when_the_server_is_well(
    nlu: Nlu, double: Double
) -> None:
    double.is_away = True
    reasons = [nlu.parse([f"text {n}"]) for n in range(4)]
    assert [Unavailable("breaker_open")] in reasons
    assert nlu.parse(["not asked"]) == [Unavailable("breaker_open")]
    assert "not asked" not in double.asked
    double.is_away = False
    time.sleep(0.35)
    assert only(nlu.parse(["well again"])).intent == "praise"
    assert only(nlu.parse(["and again"])).intent == "praise"


def test_what_is_remembered_is_answered_while_the_breaker_is_open(nlu: Nlu, double: Double) -> None:
    nlu.parse(["known"])
    double.is_away = True
    for n in range(3):
        nlu.parse([f"text {n}"])
    assert only(nlu.parse(["known"])).intent == "praise"


def test_many_threads_share_one_client(nlu: Nlu) -> None:
    answers: list[list[Parsed | Unavailable]] = []
    threads = [
        threading.Thread(target=lambda n=n: answers.append(nlu.parse([f"a {n}", f"b {n}"]))) for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(isinstance(one, Parsed) for answer in answers for one in answer)
    assert len(answers) == 8


def test_is_up_when_the_server_has_a_model(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/status").respond_with_json({"model_file": "huixin-1.tar.gz"})
    with Nlu(httpserver.url_for("")) as client:
        assert client.is_up()


def test_what_a_server_is_asked_as_it_ends_is_asked_of_the_next(double: Double) -> None:
    """A server that another takes the place of ends the connections that are kept with it."""
    lost = iter([False, True, False, True, True])

    def answer(call: Call) -> Reply:
        texts = json.loads(call.body)["texts"]
        body = double.answer(SimpleNamespace(data=call.body)).data  # type: ignore[arg-type]
        return Reply(is_lost=next(lost), body=body, headers={MODEL_HEADER: texts[0]})

    with Listening(answer) as server, Nlu(server.url) as client:
        assert isinstance(client.parse(["first"])[0], Parsed)
        assert isinstance(client.parse(["second"])[0], Parsed)
        assert client.parse(["third"]) == [Unavailable("down")]
    assert double.asked == ["first", "second", "second", "third", "third"]
