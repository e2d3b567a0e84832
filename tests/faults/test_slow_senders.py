"""Bodies that never end: who sends half a request holds no thread for long, and webhooks go on being answered."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.doubles.gateway import Gateway
from tests.faults.premises import Premises, furnish, phone_of
from tests.faults.processes import Processes, until

HALF_SENT = 40
"""More than the threads of one web process."""
LONGEST_WAIT_S = 5.0


@pytest.fixture
def web(database_url: str, tmp_path: Path) -> Iterator[tuple[Premises, Gateway]]:
    premises = Premises(tmp_path, database_url)
    with Gateway() as gateway, Processes(premises) as processes:
        furnish(premises, gateway.send_url)
        processes.start("web")
        until(lambda: processes.has_said("web", "Started worker-1"))
        yield premises, gateway


@contextmanager
def half_sent(premises: Premises, head: bytes) -> Iterator[socket.socket]:
    """A connection on which a request has been begun, and no more."""
    with socket.create_connection(("127.0.0.1", premises.port), timeout=30) as connection:
        connection.sendall(head)
        yield connection


def a_webhook_takes(premises: Premises, gateway: Gateway, number: int) -> float:
    item = {"id": f"m-{number}", "from": phone_of(number), "to": "10690002", "text": "帮助"}
    body, headers = gateway.signed([item])
    begun = time.monotonic()
    answer = httpx2.post(
        premises.base_url + premises.hook(), content=body, headers=headers, timeout=60, trust_env=False
    )
    assert answer.status_code == 200
    return time.monotonic() - begun


def a_head(premises: Premises, path: str, length: int = 1000) -> bytes:
    return f"POST {path} HTTP/1.1\r\nHost: huixin\r\nContent-Length: {length}\r\n\r\n{{".encode()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("path", ["the hook", "/log-in", "/api/v1/events"])
def test_half_sent_bodies_hold_up_no_webhook(web: tuple[Premises, Gateway], path: str) -> None:
    premises, gateway = web
    a_webhook_takes(premises, gateway, 1)
    head = a_head(premises, premises.hook() if path == "the hook" else path)
    with ExitStack() as stack:
        for _ in range(HALF_SENT):
            stack.enter_context(half_sent(premises, head))
        time.sleep(0.5)
        assert a_webhook_takes(premises, gateway, 2) < LONGEST_WAIT_S
