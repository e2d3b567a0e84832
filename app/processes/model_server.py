"""Serves the current language model, and changes to another one without a moment in which nobody answers.

This process holds the listening socket. A server for each model is a child that accepts on it: the next model is
loaded and warmed beside the present one, and only when it answers is the present one told to finish and end.
"""

import contextlib
import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import FrameType

import structlog

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 300.0
"""A model that cannot be loaded is tried again, for its file may have been mended."""
GRACE_S = 10.0
log = structlog.get_logger(__name__)

Command = Callable[[str, int, int], Sequence[str]]
"""The command line of a server: the model's name, the descriptor to listen on, the one to write to when it is ready."""


class ModelsFailed(Exception):
    """The first model cannot be served; the server has told why."""


@dataclass(slots=True)
class Child:
    """A server with the model that it has, and the pipe on which it says that it is ready."""

    model: str
    process: "subprocess.Popen[bytes]"
    ready: int
    is_ready: bool = False

    def poll(self) -> bool:
        """Whether it lives; notes when it has become ready."""
        if not self.is_ready:
            with contextlib.suppress(BlockingIOError):
                self.is_ready = os.read(self.ready, 1) != b""
        return self.process.poll() is None

    def close(self) -> None:
        """Gives the pipe back."""
        os.close(self.ready)


class ModelServer:
    """Keeps one server of the wanted model running. `wanted` names the model, None while that cannot be told;
    `monotonic` counts seconds; `sleep` waits some.
    """

    def __init__(
        self,
        listening: socket.socket,
        wanted: Callable[[], str | None],
        command: Command,
        monotonic: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self._listening, self._wanted, self._command = listening, wanted, command
        self._monotonic, self._sleep = monotonic, sleep
        self._serving: Child | None = None
        self._next: Child | None = None
        self._ending: list[tuple[Child, float]] = []
        self._failures = 0
        self._start_due = 0.0
        self._has_served = False
        self._is_stopping = False

    def run(self) -> None:
        """Serve until told to stop. Raises ModelsFailed where not even the first model can be had."""
        with self._stop_signals():
            try:
                while not self._is_stopping:
                    self.tick()
                    self._sleep(0.1)
            finally:
                self._end_all()

    def stop(self) -> None:
        """Ask for the end."""
        self._is_stopping = True

    def tick(self) -> None:
        """Look once at what runs and what should."""
        self._bury()
        self._look_at_next()
        wanted = self._wanted()
        if wanted is None or self._next is not None or self._monotonic() < self._start_due:
            return
        if self._serving is None or self._serving.model != wanted:
            self._next = self._start(wanted)

    def _bury(self) -> None:
        now = self._monotonic()
        for child, since in list(self._ending):
            if not child.poll():
                self._ending.remove((child, since))
                child.close()
            elif now - since > GRACE_S:
                child.process.kill()
        if self._serving is not None and not self._serving.poll():
            log.warning(
                "language server ended", model=self._serving.model, status=self._serving.process.returncode
            )
            self._serving.close()
            self._serving = None
            self._failed()

    def _look_at_next(self) -> None:
        child = self._next
        if child is None:
            return
        lives = child.poll()
        if lives and child.is_ready:
            self._swap(child)
        elif not lives:
            child.close()
            self._next = None
            self._failed()
            if not self._has_served and child.process.returncode == 1:
                raise ModelsFailed(child.model)
            if self._serving is not None:
                log.error(
                    "model refused, the present one stays", model=child.model, present=self._serving.model
                )

    def _swap(self, child: Child) -> None:
        before, self._serving, self._next = self._serving, child, None
        self._failures, self._has_served = 0, True
        log.info("language model served", model=child.model, before=before.model if before else None)
        if before is not None:
            before.process.terminate()
            self._ending.append((before, self._monotonic()))

    def _failed(self) -> None:
        self._failures += 1
        pause = min(FIRST_PAUSE_S * 2.0 ** (self._failures - 1), LONGEST_PAUSE_S)
        self._start_due = self._monotonic() + pause

    def _start(self, model: str) -> Child:
        ready, tell = os.pipe()
        os.set_blocking(ready, False)
        listening = self._listening.fileno()
        process = subprocess.Popen(
            self._command(model, listening, tell), stdin=subprocess.DEVNULL, pass_fds=(listening, tell)
        )
        os.close(tell)
        return Child(model, process, ready)

    def _end_all(self) -> None:
        children = [child for child in (self._serving, self._next) if child is not None]
        children += [child for child, _ in self._ending]
        for child in children:
            child.process.terminate()
        until = self._monotonic() + GRACE_S
        for child in children:
            while child.process.poll() is None:
                if self._monotonic() > until:
                    child.process.kill()
                self._sleep(0.05)
            child.close()

    @contextlib.contextmanager
    def _stop_signals(self) -> Iterator[None]:
        def asked(number: int, frame: FrameType | None) -> None:
            self.stop()

        before = {number: signal.signal(number, asked) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
