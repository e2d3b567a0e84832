"""What a shop lives through when its bot takes a text for the wrong thing: staff correct it, and the bot has learnt.

Everything is real: the shop's processes and the real Rasa. Only the school is small, a checkout with few examples, so
that a model is trained in half a minute.
"""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from tests.doubles.listening import free_port
from tests.school import environ_of, open_school

pytestmark = [pytest.mark.timeout(600), pytest.mark.xdist_group("nlu_server")]

EXAMPLES = 14
"""So many of an intent are taught."""
SLANG = "咱们江湖不见"
"""No model takes this for opting out that nobody has told."""


@dataclass(frozen=True, slots=True)
class School:
    """A checkout and an installation of its own."""

    root: Path
    environ: dict[str, str]
    port: int

    def huixin(self, *arguments: str) -> str:
        """What a command says; it has to succeed."""
        command = [sys.executable, "-m", "app.cli", *arguments]
        done = subprocess.run(
            command, cwd=self.root, env=self.environ, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def texts(self, phone: str, text: str) -> dict[str, Any]:
        """The customer texts; returns the decision about it that a model had a part in."""
        body = json.dumps({"brand": "demo", "phone": phone, "text": text}).encode()
        address = f"http://127.0.0.1:{self.port}/simulator/inbound"
        with urlopen(Request(address, body, {"Content-Type": "application/json"}), timeout=10) as answer:
            assert answer.status < 300
        return until(lambda: self.decision(phone))

    def decision(self, phone: str) -> dict[str, Any] | None:
        """The last decision about the customer that a model had a part in."""
        told = json.loads(self.huixin("why", phone, "--json"))
        return next((one for one in reversed(told) if one["details"].get("model")), None)

    def served(self) -> str:
        """The model that the server has."""
        try:
            with urlopen(f"{self.environ['HUIXIN_NLU_URL']}/status", timeout=5) as answer:
                return str(answer.headers["X-Huixin-Model"])
        except OSError:
            return ""

    def changes_from(self, model: str) -> str:
        """The model that has taken the other's place; while they change, either may answer."""
        return str(until(lambda: self._steadily_served() not in ("", model) and self.served()))

    def _steadily_served(self) -> str:
        seen = set()
        for _ in range(8):
            seen.add(self.served())
            time.sleep(0.25)
        return seen.pop() if len(seen) == 1 else ""


def until(look: Callable[[], Any], seconds: float = 120) -> Any:
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.3)
    return found


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    root = tmp_path / "school"
    open_school(root, EXAMPLES)
    ports = free_port(), free_port()
    environ = {
        **environ_of(root, tmp_path / "var"),
        "PORT": str(ports[0]),
        "HUIXIN_NLU_URL": f"http://127.0.0.1:{ports[1]}",
    }
    made = School(root, environ, ports[0])
    made.huixin("bot", "train")
    command = [sys.executable, "-m", "app.cli", "up"]
    with (tmp_path / "log").open("wb") as log:
        running = subprocess.Popen(
            command, cwd=root, env=environ, stdout=log, stderr=log, start_new_session=True
        )
    try:
        until(made.served)
        yield made
    finally:
        running.send_signal(signal.SIGINT)
        try:
            running.wait(30)
        finally:
            running.kill()


def test_staff_correct_a_wrong_reading_and_the_bot_has_learnt_it(school: School) -> None:
    first = school.served()
    wrong = school.texts("+8613900000001", SLANG)
    assert wrong["details"]["model"] == first
    assert wrong["details"]["intent"] != "opt_out"

    school.huixin("bot", "label", wrong["subject_id"], "opt_out")
    [label] = json.loads(school.huixin("bot", "labels", "--json"))
    assert (label["text"], label["intent"]) == (SLANG, "opt_out")
    assert "there already" in school.huixin("bot", "train")  # nobody has looked at the label yet
    school.huixin("bot", "review", label["id"], "opt_out", "accept")

    assert "a correction" in school.huixin("bot", "train")
    second = school.changes_from(first)
    right = school.texts("+8613900000002", SLANG)
    assert (right["details"]["model"], right["details"]["intent"]) == (second, "opt_out")

    school.huixin("bot", "rollback")
    assert school.changes_from(second) == first
    again = school.texts("+8613900000003", SLANG)
    assert (again["details"]["model"], again["details"]["intent"]) == (first, wrong["details"]["intent"])
