"""Requests are given to a thread when they are whole: what WSGI promises holds, and who is slow is shown out."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask, Response, request

from app.web import arriving
from app.web.arriving import Arriving


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

    asyncio.run(answer())
    assert front._held == 0
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


def test_a_body_without_a_length_is_read_to_its_end() -> None:
    told = json.loads(meets(Asked(headers={"transfer-encoding": "chunked"}), b"ab", b"cd").body)
    assert told["body"] == "abcd"


def test_a_body_that_does_not_come_in_time_is_refused_and_the_connection_ends() -> None:
    answer = meets(Asked(headers={"content-length": "9"}), b"a", b"b", pause_s=0.2, within_s=0.3)
    assert (answer.status, answer.headers["connection"]) == (408, "close")


def test_a_body_that_is_too_long_is_not_read_and_the_page_says_so() -> None:
    told = Asked(headers={"content-length": str(arriving.LONGEST_BODY + 1)})
    assert meets(told, b"x").status == 413
    chunked = Asked(headers={"transfer-encoding": "chunked"})
    assert meets(chunked, *[b"x" * 1_000_000] * 9).status == 413


def test_more_bodies_than_memory_allows_are_asked_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arriving, "HELD_AT_MOST", 3)
    assert meets(Asked(headers={"content-length": "4"}), b"ab", b"cd").status == 503


def test_a_long_answer_goes_piece_by_piece() -> None:
    answer = meets(Asked("GET", "/long"))
    assert (answer.status, len(answer.body), len(answer.sent)) == (200, 3_000_000, 10)


def test_an_application_that_breaks_is_an_error() -> None:
    def broken(environ: Any, start_response: Any) -> Iterable[bytes]:
        raise RuntimeError

    connection = Connection()
    asyncio.run(Arriving(broken, 1).__rsgi__(Asked("GET"), connection))
    assert connection.status == 500
