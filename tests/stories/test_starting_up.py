"""What an operator does: starts everything, sees a process die and come back, and stops it all."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest

from app.processes.web import is_free


@dataclass(frozen=True, slots=True)
class Running:
    """A `huixin up` with its port and what it says."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def pid_of(self, name: str) -> int:
        """The process that runs this program now."""
        return int(re.findall(rf"process started .*pid=(\d+) process={name}\b", self.log.read_text())[-1])

    def answers(self) -> bool:
        """Whether the web answers."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/health/live", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


def wait_for(happened: Callable[[], bool], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while not happened() and time.monotonic() < until:
        time.sleep(0.1)
    return happened()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    elsewhere = {"HUIXIN_NLU_URL": "http://nlu.invalid:5005"}
    environ = {**os.environ, **elsewhere, "HUIXIN_VAR": str(tmp_path / "var"), "PORT": str(port)}
    log = tmp_path / "log"
    with log.open("wb") as file:
        command = [sys.executable, "-m", "app.cli", "up"]
        process = subprocess.Popen(command, env=environ, stdout=file, stderr=file, start_new_session=True)
    started = Running(process, port, log)
    try:
        assert wait_for(lambda: "Ctrl-C stops it" in log.read_text(), 90), log.read_text()
        yield started
    finally:
        process.kill()
        process.wait()
        assert wait_for(lambda: is_free("127.0.0.1", port), 20)


def test_an_operator_starts_everything_works_beside_it_and_stops_it(running: Running, tmp_path: Path) -> None:
    said = running.log.read_text()
    assert running.answers()
    assert f"http://127.0.0.1:{running.port}/simulator" in said
    assert "one-time password" in said
    assert (tmp_path / "var" / "secrets.env").stat().st_mode & 0o777 == 0o600
    a_second_one_says_that_the_port_is_taken_and_ends(running, tmp_path)
    another_shell_learns_where_it_runs(running, tmp_path)
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(timeout=20) == 0
    assert "Traceback" not in running.log.read_text()


def test_killed_processes_are_back_within_half_a_minute_and_a_killed_supervisor_frees_the_port(
    running: Running,
) -> None:
    first = {name: running.pid_of(name) for name in ("web", "worker", "clock")}
    for pid in first.values():
        os.kill(pid, signal.SIGKILL)
    assert wait_for(lambda: all(running.pid_of(name) != pid for name, pid in first.items()), 30)
    assert wait_for(running.answers, 30)
    running.process.kill()
    running.process.wait()
    assert wait_for(lambda: is_free("127.0.0.1", running.port), 10)


def a_second_one_says_that_the_port_is_taken_and_ends(running: Running, tmp_path: Path) -> None:
    environ = {**os.environ, "HUIXIN_VAR": str(tmp_path / "var"), "PORT": str(running.port)}
    for command in ("web", "up"):
        second = subprocess.run(
            [sys.executable, "-m", "app.cli", command],
            env=environ,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert second.returncode == 1, command
        assert f"port {running.port} is taken" in second.stderr


def another_shell_learns_where_it_runs(running: Running, tmp_path: Path) -> None:
    environ = {name: value for name, value in os.environ.items() if name != "PORT"}
    words = ("channels", "add", "http", "gate", "--brand", "demo", "--set", "key=abcdefgh12")
    added = subprocess.run(
        [sys.executable, "-m", "app.cli", *words],
        env={**environ, "HUIXIN_VAR": str(tmp_path / "var")},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert f"messages: http://127.0.0.1:{running.port}/hooks/gate/" in added.stdout
    assert "guess" not in added.stderr
