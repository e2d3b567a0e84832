"""Requests are given to a thread when they are whole: what WSGI promises holds, and who is slow is shown out."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from app.web import arriving, holding, wsgi_calls
from app.web.arriving import LATER, Arriving, Homeward, Later
from app.web.holding import Room


def runs(work: Coroutine[Any, Any, None]) -> None:
    """Run it in a thread of its own: a browser's test may have left a loop running in this one."""
    with ThreadPoolExecutor(1, thread_name_prefix="loop") as pool:
        pool.submit(asyncio.run, work).result()


@dataclass
class Asked:
    """A request as granian tells of it."""

    method: str = "POST"
    path: str = "/echo"
    headers: dict[str, str] = field(default_factory=dict)
    query_string: str = ""
    http_version: str = "1.1"
    server: str = "127.0.0.1:8000"
    client: str = "10.0.0.7:4711"
    scheme: str = "http"
    authority: str | None = None


class Connection:
    """A connection on which pieces of a body come, each after a pause; keeps what is answered."""

    def __init__(self, *pieces: bytes, pause_s: float = 0.0) -> None:
        self.pieces, self.pause_s = pieces, pause_s
        self.status, self.headers, self.body = 0, dict[str, str](), b""
        self.sent: list[int] = []

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            await asyncio.sleep(self.pause_s)
            yield piece

    def response_bytes(self, status: int, headers: Sequence[tuple[str, str]], body: bytes) -> None:
        self.status, self.headers, self.body = status, dict(headers), body

    def response_stream(self, status: int, headers: Sequence[tuple[str, str]]) -> "Connection":
        self.status, self.headers = status, dict(headers)
        return self

    async def send_bytes(self, piece: bytes) -> None:
        self.body += piece
        self.sent.append(len(piece))


def an_app() -> Flask:
    app = Flask("arriving")
    app.config["MAX_CONTENT_LENGTH"] = arriving.LONGEST_BODY

    @app.route("/echo", methods=["GET", "POST"])
    @app.route("/回信", methods=["GET", "POST"])
    def echo() -> dict[str, Any]:
        return {
            "body": request.get_data(as_text=True),
            "path": request.path,
            "args": request.args,
            "from": request.remote_addr,
            "host": request.host,
            "two": request.headers.get("X-Two"),
        }

    @app.get("/long")
    def long() -> Response:
        pieces: Iterable[bytes] = (b"x" * 300_000 for _ in range(10))
        return Response(pieces)

    return app


def meets(asked: Asked, *pieces: bytes, pause_s: float = 0.0, within_s: float = 5.0) -> Connection:
    connection, front = Connection(*pieces, pause_s=pause_s), Arriving(an_app(), 2, within_s)

    async def answer() -> None:
        await front.__rsgi__(asked, connection)
        await asyncio.sleep(0)

    runs(answer())
    assert set(front._rooms.held.values()) == {0}
    return connection


def test_a_request_is_told_as_it_came() -> None:
    asked = Asked(
        path="/回信", query_string="a=1%202", headers={"host": "shop", "content-length": "4", "x-two": "2"}
    )
    told = json.loads(meets(asked, b"ab", b"cd").body)
    assert told == {
        "body": "abcd",
        "path": "/回信",
        "args": {"a": "1 2"},
        "from": "10.0.0.7",
        "host": "shop",
        "two": "2",
    }


def test_a_body_that_breaks_off_never_reaches_the_application() -> None:
    assert meets(Asked(headers={"content-length": "9"}), b"ab").status == 400


def test_a_header_with_an_underscore_does_not_pass_for_one_with_a_dash() -> None:
    headers = {"x_two": "forged", "content_length": "5"}
    assert json.loads(meets(Asked("GET", headers=headers)).body)["two"] is None


def test_a_body_without_a_length_is_read_to_its_end() -> None:
    told = json.loads(meets(Asked(headers={"transfer-encoding": "chunked"}), b"ab", b"cd").body)
    assert told["body"] == "abcd"


def test_a_form_in_chunks_is_refused_for_half_of_it_looks_whole() -> None:
    for kind in ("application/x-www-form-urlencoded", "Multipart/Form-Data; boundary=x"):
        headers = {"transfer-encoding": "chunked", "content-type": kind}
        assert meets(Asked(headers=headers), b"text=he").status == 411
    headers["content-type"] = "application/json"
    assert meets(Asked(headers=headers), b"{}").status == 200
    delivery = Asked(path="/hooks/a/b/inbound", headers={**headers, "content-type": arriving.FORMS[0]})
    assert meets(delivery, b"Body=he").status == 404


def test_a_header_whose_value_cannot_be_read_does_not_pass_for_one_that_is_not_there() -> None:
    class Headers(dict[str, str]):
        """As granian gives them: a value beyond ASCII is left out, its name is not."""

        def items(self) -> Any:
            return [(name, value) for name, value in super().items() if value.isascii()]

    told = json.loads(meets(Asked("GET", headers=Headers({"x-two": "二", "host": "shop"}))).body)
    assert (told["two"].encode("latin-1").decode(), told["host"]) == ("\ufffd", "shop")


def test_a_body_that_does_not_come_in_time_is_refused_and_the_connection_ends() -> None:
    answer = meets(Asked(headers={"content-length": "9"}), b"a", b"b", pause_s=0.2, within_s=0.3)
    assert (answer.status, answer.headers["connection"]) == (408, "close")


def test_a_body_that_is_too_long_is_not_read_and_the_page_says_so() -> None:
    for length in (arriving.LONGEST_FORM + 1, arriving.LONGEST_BODY + 1, 10**30, "²", "-1", "1_0", "+5"):
        assert meets(Asked(headers={"content-length": str(length)}), b"x").status == 413
    chunked = Asked(headers={"transfer-encoding": "chunked"})
    assert meets(chunked, *[b"x" * 1_000_000] * 9).status == 413


class Doorman:
    """An application that knows who may send how much, and hears what comes."""

    def __init__(self, anybody: int, these: int) -> None:
        self.anybody, self.these = anybody, these
        self.asked: list[str] = []
        self.heard: list[int] = []

    def longest(self, path: str) -> int:
        return self.anybody

    def longest_from(self, environ: dict[str, Any]) -> int:
        self.asked.append(environ["PATH_INFO"])
        return self.these if environ.get("HTTP_AUTHORIZATION") == "Bearer known" else 0

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        try:
            self.heard.append(len(environ["wsgi.input"].read()))
        except RequestEntityTooLarge as refused:
            return refused.get_response()(environ, start_response)
        return Response("heard")(environ, start_response)


@pytest.mark.parametrize("told", [{"content-length": "600"}, {"transfer-encoding": "chunked"}])
@pytest.mark.parametrize(("key", "heard"), [("known", [600]), ("another", []), ("", [])])
def test_more_than_anybody_may_send_is_held_only_for_whom_the_application_knows(
    told: dict[str, str], key: str, heard: list[int]
) -> None:
    app = Doorman(anybody=100, these=1000)
    front, coming = Arriving(app, 1), Connection(*[b"x" * 50] * 12)
    headers = {**told, **({"authorization": f"Bearer {key}"} if key else {})}
    runs(front.__rsgi__(Asked(headers=headers), coming))
    assert (app.heard, app.asked) == (heard, ["/echo"])
    assert (coming.status, set(front._rooms.held.values())) == (200 if heard else 413, {0})
    runs(Arriving(app, 1).__rsgi__(Asked(headers={"content-length": "100"}), Connection(b"x" * 100)))
    assert (app.heard[-1], app.asked) == (100, ["/echo"])


def test_where_nobody_can_say_how_much_may_come_it_is_asked_for_again() -> None:
    class Lost(Doorman):
        def longest_from(self, environ: dict[str, Any]) -> int:
            raise ConnectionError

    connection = Connection(b"x" * 200)
    runs(Arriving(Lost(100, 0), 1).__rsgi__(Asked(headers={"content-length": "200"}), connection))
    assert connection.status == 503


class Unfinished(Connection):
    """A connection on which one piece comes, and the next only when it is asked to end."""

    def __init__(self, piece: bytes) -> None:
        super().__init__(piece)
        self.has_begun, self.may_end = asyncio.Event(), asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self.pieces[0]
        self.has_begun.set()
        await self.may_end.wait()


class Acquainted:
    """An application that knows some callers, and the address of one channel, and answers them."""

    def longest(self, path: str) -> int:
        return 1_000_000 if path == "/hooks/ours" else arriving.LONGEST_FORM

    def longest_from(self, environ: dict[str, Any]) -> int:
        is_ours = environ["PATH_INFO"].startswith("/hooks/ours")
        return arriving.LONGEST_FORM if is_ours or "HTTP_COOKIE" in environ else 0

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        return Response("heard")(environ, start_response)


async def in_the_middle_of(front: Arriving, room: int, told: int, act: Callable[[], Any]) -> None:
    """Acts while strangers' bodies that never end take all but 100 bytes of this room."""
    slow = Unfinished(b"x" * (room - 100))
    begun = asyncio.create_task(front.__rsgi__(Asked(headers={"content-length": str(told)}), slow))
    await slow.has_begun.wait()
    await act()
    slow.may_end.set()
    await begun
    assert slow.status == 400


def test_bodies_that_never_end_leave_room_for_all_who_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(holding.MOST, Room.LONG, 30_000)
    front = Arriving(Acquainted(), 2, within_s=60.0)
    statuses: dict[str, int] = {}

    async def come() -> None:
        for who, path, length, headers in (
            ("stranger", "/page", 20_000, {}),
            ("no length", "/page", 200, {"transfer-encoding": "chunked"}),
            ("logs in", "/page", 200, {}),
            ("staff", "/page", 20_000, {"cookie": "session=ours"}),
            ("delivery", "/hooks/ours", 20_000, {}),
            ("delivery of a channel not at hand", "/hooks/ours-too", 20_000, {}),
            ("delivery to nobody", "/hooks/guess", 20_000, {}),
        ):
            told = {} if "transfer-encoding" in headers else {"content-length": str(length)}
            connection = Connection(b"x" * length)
            await front.__rsgi__(Asked(path=path, headers={**told, **headers}), connection)
            statuses[who] = connection.status

    runs(in_the_middle_of(front, 30_000, 40_000, come))
    refused = {who for who, status in statuses.items() if status == 503}
    assert refused == {"stranger", "no length", "delivery to nobody"}
    assert {status for who, status in statuses.items() if who not in refused} == {200}
    assert set(front._rooms.held.values()) == {0}


def test_forms_that_never_end_leave_room_for_all_who_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(holding.MOST, Room.SHORT, 1000)
    front = Arriving(Acquainted(), 2, within_s=60.0)
    stranger, staff = Connection(b"x" * 200), Connection(b"x" * 200)

    async def come() -> None:
        for connection, headers in ((stranger, {}), (staff, {"cookie": "session=ours"})):
            await front.__rsgi__(Asked(headers={"content-length": "200", **headers}), connection)

    runs(in_the_middle_of(front, 1000, 1000, come))
    assert (stranger.status, staff.status) == (503, 200)


@pytest.mark.parametrize("is_quick", [False, True])
def test_a_body_counts_as_held_until_it_is_answered(is_quick: bool) -> None:
    held: list[int] = []

    class App:
        def quick(self, path: str) -> dict[str, Any] | None:
            return {} if is_quick else None

        def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
            held.append(front._rooms.held[Room.SHORT])
            return Response("heard")(environ, start_response)

    front = Arriving(App(), 1)
    runs(front.__rsgi__(Asked(headers={"content-length": "4"}), Connection(b"ab", b"cd")))
    assert (held, front._rooms.held[Room.SHORT]) == ([4], 0)


def test_a_long_answer_goes_piece_by_piece() -> None:
    answer = meets(Asked("GET", "/long"))
    assert (answer.status, len(answer.body), len(answer.sent)) == (200, 3_000_000, 10)


class Unreading(Connection):
    """A connection on which nobody reads what is sent, until it is asked to."""

    def __init__(self) -> None:
        super().__init__()
        self.is_asked, self.may_read = asyncio.Event(), asyncio.Event()

    async def send_bytes(self, piece: bytes) -> None:
        self.is_asked.set()
        await self.may_read.wait()
        await super().send_bytes(piece)


def test_who_does_not_read_an_answer_keeps_no_thread_from_others() -> None:
    front, slow, next_one = Arriving(an_app(), 1), Unreading(), Connection()

    async def together() -> None:
        async with asyncio.timeout(10):
            begun = asyncio.create_task(front.__rsgi__(Asked("GET", "/long"), slow))
            await slow.is_asked.wait()
            await front.__rsgi__(Asked("GET"), next_one)
            slow.may_read.set()
            await begun

    runs(together())
    assert (next_one.status, slow.status, len(slow.body)) == (200, 200, 3_000_000)


def test_an_answer_that_nobody_reads_is_given_up_and_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wsgi_calls, "SENT_WITHIN_S", 0.05)
    closed: list[bool] = []

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        answer = Response(b"x" * 300_000 for _ in range(10))
        answer.call_on_close(lambda: closed.append(True))
        return answer(environ, start_response)

    slow = Unreading()
    runs(Arriving(app, 1).__rsgi__(Asked("GET"), slow))
    assert (slow.body, closed) == (b"", [True])


def test_an_application_that_breaks_is_an_error() -> None:
    def broken(environ: Any, start_response: Any) -> Iterable[bytes]:
        raise RuntimeError

    connection = Connection()
    runs(Arriving(broken, 1).__rsgi__(Asked("GET"), connection))
    assert connection.status == 500


class Quick:
    """An application whose requests are quick: it answers on the event loop, or later from another thread."""

    def __init__(self, promise: Callable[[Later], None]) -> None:
        self.promise, self.thread, self.at_hand = promise, "", None

    def quick(self, path: str) -> dict[str, Any] | None:
        return {"shop.at_hand": 7} if path == "/quick" else None

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        self.thread, self.at_hand = threading.current_thread().name, environ.get("shop.at_hand")
        if LATER in environ:
            self.promise(environ[LATER]())
        return Response("at once")(environ, start_response)


def asks_quick(
    promise: Callable[[Later], None], path: str = "/quick", **told: Any
) -> tuple[Quick, Connection]:
    app, connection = Quick(promise), Connection(*told.pop("pieces", ()))
    front = Arriving(app, 2)

    async def answer() -> None:
        async with asyncio.timeout(5):
            await front.__rsgi__(Asked(path=path, **told), connection)
        await asyncio.sleep(0)

    runs(answer())
    return app, connection


def in_a_thread(call: Callable[[], None]) -> None:
    threading.Timer(0.05, call).start()


def said(words: str) -> Response:
    return Response(f"{words} in {threading.current_thread().name}", 202)


def test_a_quick_request_is_answered_later_from_the_event_loop() -> None:
    app, answer = asks_quick(lambda later: in_a_thread(lambda: later.reply(lambda: said("later"))))
    assert (answer.status, answer.body) == (202, b"later in loop_0")
    assert (app.thread, app.at_hand) == ("loop_0", 7)


def test_an_answer_that_has_to_wait_is_made_in_a_thread() -> None:
    _, answer = asks_quick(lambda later: later.reply_from_thread(lambda: said("waited")))
    assert answer.status == 202
    assert answer.body.startswith(b"waited in web")


def test_what_is_not_quick_or_long_goes_to_a_thread() -> None:
    long = {"headers": {"content-length": "8001"}, "pieces": [b"x" * 8001]}
    for app, answer in (asks_quick(fails, "/slow"), asks_quick(fails, **long)):
        assert (answer.status, answer.body) == (200, b"at once")
        assert app.thread.startswith("web")


def fails(later: Later) -> None:
    raise AssertionError("nobody promised an answer")


def test_an_answer_that_cannot_be_made_is_an_error_and_keeps_nobody_waiting() -> None:
    def broken() -> Response:
        raise RuntimeError

    for promise in (lambda later: later.reply(broken), lambda later: later.reply_from_thread(broken)):
        assert asks_quick(promise)[1].status == 500


def test_an_application_that_breaks_after_its_promise_is_an_error() -> None:
    def breaks(later: Later) -> None:
        raise RuntimeError

    assert asks_quick(breaks)[1].status == 500


def test_many_answers_come_home_together() -> None:
    woken: list[object] = []
    loop = asyncio.new_event_loop()
    home, heard = Homeward(loop), []
    loop.call_soon_threadsafe = lambda call, *_: woken.append(call)  # type: ignore[method-assign]
    for number in range(5):
        home.call(lambda number=number: heard.append(number))
    home.call(lambda: 1 / 0)
    home.call(lambda: heard.append(9))
    assert len(woken) == 1
    home._run()
    assert heard == [0, 1, 2, 3, 4, 9]
    loop.close()
