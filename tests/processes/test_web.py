"""One server a port: its own workers share it, another server does not."""

import socket
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from app.processes.web import PortTaken, held, is_free


def a_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def as_a_worker(port: int) -> socket.socket:
    """Listens as a worker of the server does."""
    return socket.create_server(("127.0.0.1", port), reuse_port=True)


def test_workers_share_a_port_that_is_held() -> None:
    port = a_port()
    with held("127.0.0.1", port), as_a_worker(port), as_a_worker(port) as second:
        assert second.getsockname()[1] == port


def test_no_second_server_takes_the_port_before_or_after_the_first_listens() -> None:
    port = a_port()
    with held("127.0.0.1", port):
        with pytest.raises(PortTaken), held("127.0.0.1", port):
            pass
        with as_a_worker(port):
            assert not is_free("127.0.0.1", port)
            with pytest.raises(PortTaken), held("0.0.0.0", port):
                pass
    assert is_free("127.0.0.1", port)


def test_of_many_that_take_a_port_at_once_one_has_it() -> None:
    port, together = a_port(), Barrier(8)

    def take(_: int) -> bool:
        together.wait(10)
        try:
            with held("127.0.0.1", port):
                together.wait(10)
                return True
        except PortTaken:
            together.wait(10)
            return False

    with ThreadPoolExecutor(8) as pool:
        for _ in range(30):
            assert sum(pool.map(take, range(8))) == 1


def test_no_caller_is_lost_to_the_socket_that_holds_the_port() -> None:
    port = a_port()
    with held("127.0.0.1", port), as_a_worker(port) as worker:
        for _ in range(20):
            with socket.create_connection(("127.0.0.1", port), timeout=2):
                worker.accept()[0].close()
