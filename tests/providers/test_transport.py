"""How far a request got, as the transport tells it."""

import socket
from datetime import timedelta
from threading import Thread

import httpx2
import pytest

from app import clock
from app.providers.transport import Answer, Lost, NotSent, Transport, Unsendable


def over(answer) -> Transport:
    return Transport(inner=httpx2.MockTransport(answer), monotonic=clock.monotonic)


def raising(error: Exception):
    def answer(request: httpx2.Request) -> httpx2.Response:
        raise error

    return answer


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (httpx2.ConnectError("refused"), NotSent("ConnectError")),
        (httpx2.ConnectTimeout("slow"), NotSent("ConnectTimeout")),
        (httpx2.PoolTimeout("busy"), NotSent("PoolTimeout")),
        (httpx2.ProxyError("no"), NotSent("ProxyError")),
        (httpx2.UnsupportedProtocol("gopher"), Unsendable("UnsupportedProtocol")),
        (httpx2.ReadTimeout("slow"), Lost("ReadTimeout")),
        (httpx2.WriteTimeout("slow"), Lost("WriteTimeout")),
        (httpx2.ReadError("reset"), Lost("ReadError")),
        (httpx2.WriteError("pipe"), Lost("WriteError")),
        (httpx2.RemoteProtocolError("gone"), Lost("RemoteProtocolError")),
        (ConnectionResetError("s3cret"), Lost("ConnectionResetError")),
    ],
)
def test_only_an_error_before_the_first_byte_is_not_sent(error, expected):
    assert over(raising(error)).request("POST", "https://g.example/s3cret") == expected


@pytest.mark.parametrize("url", ["", "nowhere", "/path", "ftp://g.example/", "http://", "http://a:b/"])
def test_an_address_that_is_none_is_unsendable(url):
    assert isinstance(over(lambda _: httpx2.Response(200)).request("POST", url), Unsendable)


def test_an_answer_comes_whole_with_its_headers():
    answer = over(lambda _: httpx2.Response(201, content=iter([b"o", b"k"]), headers={"X-A": "1"})).request(
        "GET", "http://a/"
    )
    assert isinstance(answer, Answer)
    assert (answer.status, answer.text, answer.headers["x-a"]) == (201, "ok", "1")


def test_an_endless_answer_is_cut_off():
    answer = over(lambda _: httpx2.Response(200, content=iter([b"x" * 2_000_001]))).request(
        "GET", "http://a/"
    )
    assert answer == Lost("answer too long")


def test_a_dripping_answer_is_cut_off():
    ticks = iter(range(0, 1000, 10))

    def drips(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, content=(b"x" for _ in range(100)))

    transport = Transport(inner=httpx2.MockTransport(drips), monotonic=lambda: next(ticks))
    assert transport.request("GET", "http://a/") == Lost("answer too slow")


def test_a_redirect_is_not_followed():
    answer = over(
        lambda _: httpx2.Response(302, content=iter([]), headers={"Location": "http://b/"})
    ).request("POST", "http://a/")
    assert isinstance(answer, Answer)
    assert answer.status == 302


def test_a_connection_refused_is_not_sent():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: nobody else can take the port meanwhile
        transport = Transport(connect=timedelta(seconds=1), monotonic=clock.monotonic)
        assert transport.request("GET", f"http://127.0.0.1:{taken.getsockname()[1]}/") == NotSent(
            "ConnectError"
        )
        transport.close()


def test_a_silent_server_is_lost_within_the_limit():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        transport = Transport(answer=timedelta(seconds=0.2), monotonic=clock.monotonic)
        outcome = transport.request("POST", f"http://127.0.0.1:{silent.getsockname()[1]}/", content=b"x")
        assert outcome == Lost("ReadTimeout")
        transport.close()


def test_a_connection_closed_in_the_middle_of_an_answer_is_lost():
    with socket.create_server(("127.0.0.1", 0)) as server:

        def half() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")

        thread = Thread(target=half)
        thread.start()
        transport = Transport(monotonic=clock.monotonic)
        outcome = transport.request("POST", f"http://127.0.0.1:{server.getsockname()[1]}/", content=b"x")
        assert isinstance(outcome, Lost)
        thread.join()
        transport.close()


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"retry-after": "30"}, timedelta(seconds=30)),
        ({"retry-after": "99999999"}, timedelta(hours=24)),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "²"}, None),
        ({}, None),
        (
            {"retry-after": "Sun, 22 Nov 2026 04:01:00 GMT", "date": "Sun, 22 Nov 2026 04:00:00 GMT"},
            timedelta(minutes=1),
        ),
        ({"retry-after": "Sun, 22 Nov 2026 04:01:00 GMT"}, None),
        ({"retry-after": "Sun, 22 Nov 2026 04:01:00", "date": "Sun, 22 Nov 2026 04:00:00 GMT"}, None),
    ],
)
def test_a_wish_to_wait_is_read(headers, expected):
    assert Answer(429, headers).retry_after == expected
