"""The language model changes without a moment in which nobody answers; a bad one never takes over."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest

from app.processes.model_server import ModelServer, ModelsFailed

SERVER = textwrap.dedent("""
    import os, select, signal, socket, sys, time
    model, listening, ready = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    if model.startswith("bad"):
        sys.exit(1)
    told = []
    signal.signal(signal.SIGTERM, lambda *_: told.append("end"))
    time.sleep(0.3)
    server = socket.socket(fileno=listening)
    server.listen(50)
    server.setblocking(False)
    os.write(ready, b"1")
    while not told:
        select.select([server], [], [], 0.05)
        try:
            asking, _ = server.accept()
        except BlockingIOError:
            continue
        asking.setblocking(True)
        asking.recv(9999)
        body = model.encode()
        head = f"HTTP/1.1 200 OK\\r\\ncontent-length: {len(body)}\\r\\nconnection: close\\r\\n\\r\\n"
        asking.sendall(head.encode() + body)
        asking.close()
""")


@dataclass
class Scene:
    """A server of models, moved on by hand; `wanted` is what the pointer says."""

    listening: socket.socket
    wanted: str | None = "one"
    server: ModelServer = field(init=False)
    paused: float = 0.0

    def __post_init__(self) -> None:
        self.server = ModelServer(
            self.listening, lambda: self.wanted, self.command, self.monotonic, time.sleep
        )

    def command(self, model: str, listening: int, ready: int) -> Sequence[str]:
        return [sys.executable, "-S", "-c", SERVER, model, str(listening), str(ready)]

    def monotonic(self) -> float:
        return time.monotonic() + self.paused

    def ticks_until(self, is_so: Callable[[], bool]) -> None:
        until = time.monotonic() + 30
        while not is_so():
            assert time.monotonic() < until
            self.server.tick()
            time.sleep(0.02)

    def says(self) -> str | None:
        address = "http://127.0.0.1:" + str(self.listening.getsockname()[1])
        try:
            return httpx2.get(address, timeout=5).text
        except httpx2.TransportError:
            return None


@pytest.fixture
def scene() -> Iterator[Scene]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        scene = Scene(listening)
        yield scene
        scene.server._end_all()


def test_nobody_listens_before_the_model_answers(scene: Scene) -> None:
    assert scene.says() is None
    scene.ticks_until(lambda: scene.says() == "one")


def test_a_promoted_model_takes_over_while_somebody_always_answers(scene: Scene) -> None:
    scene.ticks_until(lambda: scene.says() == "one")
    scene.wanted = "two"
    said = []
    scene.ticks_until(lambda: said.append(scene.says()) or said[-20:] == ["two"] * 20)  # type: ignore[func-returns-value]
    assert set(said) == {"one", "two"}


def test_a_model_that_cannot_be_loaded_leaves_the_present_one_and_is_tried_again(scene: Scene) -> None:
    scene.ticks_until(lambda: scene.says() == "one")
    scene.wanted = "bad"
    for _ in range(60):
        scene.server.tick()
        time.sleep(0.02)
    assert scene.says() == "one"
    scene.wanted = "mended"
    scene.paused += 1_000
    scene.ticks_until(lambda: scene.says() == "mended")


def test_a_first_model_that_cannot_be_loaded_ends_it(scene: Scene) -> None:
    scene.wanted = "bad"
    with pytest.raises(ModelsFailed):
        scene.ticks_until(lambda: False)


def test_a_server_that_is_killed_is_replaced(scene: Scene) -> None:
    scene.ticks_until(lambda: scene.server._serving is not None)
    assert scene.server._serving is not None
    os.kill(scene.server._serving.process.pid, signal.SIGKILL)
    scene.ticks_until(lambda: scene.server._serving is None)
    scene.ticks_until(lambda: scene.says() == "one")


def test_a_pointer_that_cannot_be_read_leaves_the_present_one(scene: Scene) -> None:
    scene.ticks_until(lambda: scene.says() == "one")
    scene.wanted = None
    for _ in range(10):
        scene.server.tick()
    assert scene.says() == "one"


def test_all_children_end_with_it(tmp_path: Path) -> None:
    script = textwrap.dedent(f"""
        import socket, sys, time
        from app.processes.model_server import ModelServer
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        command = lambda model, fd, ready: [sys.executable, "-S", "-c", {SERVER!r}, model, str(fd), str(ready)]
        ModelServer(listening, lambda: "one", command, time.monotonic, time.sleep).run()
    """)
    process = subprocess.Popen([sys.executable, "-c", script], cwd=tmp_path)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    until = time.monotonic() + 30
    while not (found := children.read_text().split()) and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(1)
    process.terminate()
    assert process.wait(timeout=20) == 0
    assert found
    assert not any(Path(f"/proc/{child}").exists() for child in found)
