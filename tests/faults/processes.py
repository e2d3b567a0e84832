"""Real processes of Huixin for fault tests: started, killed without warning, started again, ended with the test."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.faults.premises import Premises, environ_of

PATIENCE_S = 60.0


class Processes:
    """Processes by name, each in a process group of its own; their output is in files in the installation's folder."""

    def __init__(self, premises: Premises) -> None:
        self.premises = premises
        self.kills = 0
        self._commands: dict[str, tuple[list[str], Mapping[str, str]]] = {}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._said_before: dict[str, int] = {}
        command = [sys.executable, "-m", "app.guardian"]
        self._guardian = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)

    def _tell_guardian(self, sign: str, group: int) -> None:
        """Have the group ended should this process be killed itself."""
        assert self._guardian.stdin is not None
        self._guardian.stdin.write(f"{sign}{group}\n".encode())
        self._guardian.stdin.flush()

    def start(self, name: str, *command: str, environ: Mapping[str, str] | None = None) -> None:
        """Start `python ARGUMENTS`; without arguments `huixin NAME`."""
        self._commands[name] = (list(command) or ["-m", "app.cli", name], environ or {})
        self.restart(name)

    def restart(self, name: str) -> None:
        """Start anew what has ended."""
        command, own = self._commands[name]
        self._said_before[name] = self._size_of_log(name)
        with self.log_of(name).open("ab") as output:
            self._running[name] = subprocess.Popen(
                [sys.executable, *command],
                env={**environ_of(self.premises), **own},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._tell_guardian("+", self._running[name].pid)

    def kill(self, name: str) -> None:
        """`kill -9` a process with its children."""
        process = self._running[name]
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self._tell_guardian("-", process.pid)
        self.kills += 1

    def log_of(self, name: str) -> Path:
        """Where the output of a process is kept."""
        return self.premises.var / f"{name}.log"

    def has_said(self, name: str, words: str) -> bool:
        """Say whether the process that runs now has written these words."""
        with self.log_of(name).open("rb") as log:
            log.seek(self._said_before[name])
            return words.encode() in log.read()

    def _size_of_log(self, name: str) -> int:
        path = self.log_of(name)
        return path.stat().st_size if path.exists() else 0

    def is_alive(self, name: str) -> bool:
        """Say whether it runs."""
        return self._running[name].poll() is None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in self._running:
            self.kill(name)
        self._guardian.communicate()


def until(happened: Callable[[], object], within_s: float = PATIENCE_S) -> float:
    """Wait until it has happened, and return the seconds that it took; AssertionError if it did not in time."""
    started = time.monotonic()
    while not happened():
        assert time.monotonic() - started < within_s, f"did not happen within {within_s} s"
        time.sleep(0.02)
    return time.monotonic() - started
