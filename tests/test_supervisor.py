"""The supervisor restarts what dies, and leaves nothing behind, however it ends itself."""

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.guardian import watched
from app.supervisor import pause_before

PROGRAM = """
import sys
from app import clock, logs
from app.supervisor import Program, Supervisor
logs.configure("json")
folder = sys.argv[1]
child = 'import os, sys, time; open(f"{sys.argv[1]}/{sys.argv[2]}.{os.getpid()}", "w").close(); '
sleeper = 'import subprocess; subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]); '
steady = child + sleeper + "time.sleep(60)"
deaf = child + 'import signal; signal.signal(15, signal.SIG_IGN); time.sleep(60)'
commands = {"steady": steady, "crash": child + "time.sleep(0.05); sys.exit(3)"}
if "deaf" in sys.argv:
    commands["deaf"] = deaf
programs = [Program(name, (sys.executable, "-c", code, folder, name)) for name, code in commands.items()]
Supervisor(programs, clock.monotonic).run()
print("ended cleanly", flush=True)
"""


def wait_for(happened: Callable[[], bool], seconds: float = 15) -> bool:
    until = time.monotonic() + seconds
    while not happened() and time.monotonic() < until:
        time.sleep(0.05)
    return happened()


def starts(folder: Path, name: str) -> list[int]:
    """The pids under which the program was started, in order."""
    files = sorted(folder.glob(f"{name}.*"), key=lambda file: file.stat().st_mtime_ns)
    return [int(file.suffix[1:]) for file in files]


def living(group: int) -> bool:
    """Whether a process of the group, other than a zombie, is left."""
    found = subprocess.run(
        ["ps", "-e", "-o", "pgid=,stat="], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split() for line in found.splitlines()]
    return any(int(row[0]) == group and not row[1].startswith("Z") for row in rows)


@pytest.fixture
def supervised(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    more = getattr(request, "param", [])
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path), *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert wait_for(lambda: bool(starts(tmp_path, "steady")))
    yield process
    process.kill()
    process.communicate()


def test_restarts_a_killed_child_and_ends_what_it_left(
    supervised: subprocess.Popen[str], tmp_path: Path
) -> None:
    first = starts(tmp_path, "steady")[0]
    os.kill(first, signal.SIGKILL)
    assert wait_for(lambda: len(starts(tmp_path, "steady")) == 2)
    assert not living(first)


def test_waits_longer_before_each_restart_of_what_keeps_crashing(
    supervised: subprocess.Popen[str], tmp_path: Path
) -> None:
    assert wait_for(lambda: len(starts(tmp_path, "crash")) >= 4)
    times = [(tmp_path / f"crash.{pid}").stat().st_mtime for pid in starts(tmp_path, "crash")]
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert gaps[2] > gaps[0]
    assert len(starts(tmp_path, "steady")) == 1


def test_ctrl_c_ends_all_cleanly(supervised: subprocess.Popen[str], tmp_path: Path) -> None:
    supervised.send_signal(signal.SIGINT)
    said, _ = supervised.communicate(timeout=10)
    assert said == "ended cleanly\n"
    assert supervised.returncode == 0
    assert not living(starts(tmp_path, "steady")[0])


@pytest.mark.parametrize("supervised", [["deaf"]], indirect=True)
def test_a_second_ctrl_c_waits_for_nobody(supervised: subprocess.Popen[str], tmp_path: Path) -> None:
    assert wait_for(lambda: bool(starts(tmp_path, "deaf")))
    time.sleep(0.2)
    supervised.send_signal(signal.SIGINT)
    time.sleep(0.3)
    assert supervised.poll() is None
    supervised.send_signal(signal.SIGINT)
    supervised.communicate(timeout=5)
    assert not living(starts(tmp_path, "deaf")[0])


@pytest.mark.parametrize("supervised", [["deaf"]], indirect=True)
def test_a_killed_supervisor_takes_its_children_with_it(
    supervised: subprocess.Popen[str], tmp_path: Path
) -> None:
    assert wait_for(lambda: bool(starts(tmp_path, "deaf")))
    groups = [starts(tmp_path, name)[-1] for name in ("steady", "deaf")]
    assert all(living(group) for group in groups)
    supervised.kill()
    assert wait_for(lambda: not any(living(group) for group in groups), seconds=10)


def test_a_killed_guardian_is_replaced(supervised: subprocess.Popen[str], tmp_path: Path) -> None:
    def guardians() -> list[int]:
        found = subprocess.run(
            ["ps", "--ppid", str(supervised.pid), "-o", "pid=,args="], capture_output=True, text=True
        )
        return [int(line.split()[0]) for line in found.stdout.splitlines() if "guardian.py" in line]

    assert wait_for(lambda: bool(guardians()))
    first = guardians()[0]
    os.kill(first, signal.SIGKILL)
    assert wait_for(lambda: any(one != first for one in guardians()))
    time.sleep(0.3)
    group = starts(tmp_path, "steady")[0]
    supervised.kill()
    assert wait_for(lambda: not living(group), seconds=10)


@pytest.mark.parametrize(
    ("failures", "seconds"), [(1, 0.2), (2, 0.4), (3, 0.8), (6, 6.4), (7, 10.0), (5000, 10.0)]
)
def test_pauses_double_up_to_ten_seconds(failures: int, seconds: float) -> None:
    assert pause_before(failures) == pytest.approx(seconds)


def test_a_group_that_was_buried_is_no_longer_watched() -> None:
    assert watched(["+11\n", "+12\n", "-11\n", "\n"]) == {12}
