"""Runs the processes of one machine: restarts each with back-off, and ends them with itself, even if killed.

Why not circus or supervisor: docs/decisions/0001-supervisor.md.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import structlog

from app.guardian import signal_group

FIRST_PAUSE = 0.2
LONGEST_PAUSE = 10.0
STEADY_SECONDS = 10.0
GRACE_SECONDS = 10.0
TICK_SECONDS = 0.1
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Program:
    """A process to keep running: its command, and what its environment has beyond the supervisor's."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str] = field(default_factory=dict)


def pause_before(failures: int) -> float:
    """Return the seconds to wait before the restart after this many failures in a row."""
    return min(FIRST_PAUSE * 2.0 ** min(failures - 1, 10), LONGEST_PAUSE)


@dataclass(slots=True)
class _Kept:
    """A program with the process that runs it now, if any."""

    program: Program
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    start_due: float = 0.0
    failures: int = 0


class Supervisor:
    """Keeps programs running until it is told to stop; `monotonic` gives seconds to count pauses in."""

    def __init__(self, programs: Sequence[Program], monotonic: Callable[[], float]) -> None:
        self._kept = [_Kept(program) for program in programs]
        self._monotonic = monotonic
        self._guardian: subprocess.Popen[bytes] | None = None
        self._is_stopping = False  # no Event: its lock may be held just when a signal arrives
        self._is_hurried = False

    def run(self) -> None:
        """Start everything and keep it running; return once a stop was asked for and everything has ended."""
        with self._stop_signals():
            try:
                while not self._is_stopping:
                    self._keep_guardian()
                    for kept in self._kept:
                        self._keep(kept)
                    time.sleep(TICK_SECONDS)
            finally:
                self._end_all()

    def stop(self) -> None:
        """Ask for the end; asked twice, nothing is waited for any more."""
        self._is_hurried = self._is_stopping
        self._is_stopping = True

    def _keep(self, kept: _Kept) -> None:
        if kept.process is None:
            if self._monotonic() >= kept.start_due:
                self._start(kept)
        elif (status := kept.process.poll()) is not None:
            self._bury(kept)
            lived = self._monotonic() - kept.started
            kept.failures = 1 if lived >= STEADY_SECONDS else kept.failures + 1
            pause = pause_before(kept.failures)
            kept.start_due = self._monotonic() + pause
            log.warning("process ended", process=kept.program.name, status=status, restart_in_s=pause)

    def _start(self, kept: _Kept) -> None:
        environ = {**os.environ, **kept.program.environ}
        kept.started = self._monotonic()
        try:
            kept.process = subprocess.Popen(
                kept.program.command, env=environ, stdin=subprocess.DEVNULL, start_new_session=True
            )
        except OSError as error:
            kept.failures += 1
            kept.start_due = kept.started + pause_before(kept.failures)
            log.error("process cannot start", process=kept.program.name, error=str(error))
            return
        self._tell_guardian("+", kept.process.pid)
        log.info("process started", process=kept.program.name, pid=kept.process.pid)

    def _bury(self, kept: _Kept) -> None:
        """Kill what a process left behind: an orphan would hold its port or its work."""
        if kept.process is not None:
            signal_group(kept.process.pid, signal.SIGKILL)
            self._tell_guardian("-", kept.process.pid)
            kept.process = None

    def _end_all(self) -> None:
        asked = self._monotonic()
        for kept in self._kept:
            if kept.process and kept.process.poll() is None:
                kept.process.terminate()
        for kept in self._kept:
            while kept.process and kept.process.poll() is None:
                if self._is_hurried or self._monotonic() - asked > GRACE_SECONDS:
                    log.warning("process killed: it did not end in time", process=kept.program.name)
                    signal_group(kept.process.pid, signal.SIGKILL)
                    kept.process.wait()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    kept.process.wait(TICK_SECONDS)
            self._bury(kept)
        if self._guardian and self._guardian.stdin:
            with contextlib.suppress(OSError):
                self._guardian.stdin.close()
            self._guardian.wait()

    def _keep_guardian(self) -> None:
        if self._guardian and self._guardian.poll() is None:
            return
        script = Path(__file__).with_name("guardian.py")
        self._guardian = subprocess.Popen(
            [sys.executable, "-S", "-E", str(script)], stdin=subprocess.PIPE, start_new_session=True
        )
        for kept in self._kept:
            if kept.process:
                self._tell_guardian("+", kept.process.pid)

    def _tell_guardian(self, sign: str, group: int) -> None:
        if self._guardian and self._guardian.stdin:
            with contextlib.suppress(
                OSError
            ):  # a dead guardian is replaced, and told everything, at the next tick
                os.write(self._guardian.stdin.fileno(), f"{sign}{group}\n".encode())

    @contextlib.contextmanager
    def _stop_signals(self) -> Iterator[None]:
        def asked(number: int, frame: FrameType | None) -> None:
            self.stop()

        before = {number: signal.signal(number, asked) for number in STOP_SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
