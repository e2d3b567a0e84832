"""The server with a small model, asked over HTTP as the application asks it."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest
from click.testing import CliRunner

from app.cli.nlu import nlu as nlu_command
from app.domain.flows.vocabulary import INTENTS
from app.domain.reading_figures import Line, read_lines
from app.nlu import Nlu, Parsed
from app.settings import ROOT
from tests.school import PYTHON, open_school, train

TAUGHT = [
    ("别再给我发短信了", "opt_out"),
    ("please take me off your list", "opt_out"),
    ("T恤还有吗", "out_of_scope"),
    ("取消预约", "change_booking"),
    ("don't stop", "opt_in"),
    ("几点开门", "store_info"),
    ("what time do you close", "store_info"),
    ("我要投诉，送来的蛋糕是坏的", "complaint"),
    ("转人工", "human_agent"),
    ("会议中，稍后回复", "out_of_scope"),
    ("快递到哪了", "order_status"),
]
EXAMPLES = 25
STARTS_WITHIN_S = 100

pytestmark = [pytest.mark.timeout(150), pytest.mark.xdist_group("nlu_server")]


def _unseen() -> list[Line]:
    return read_lines((ROOT / "data" / "nlu_test" / "unseen.tsv").read_text("utf-8"), INTENTS)


def start(port: int, var: Path, *options: str) -> subprocess.Popen[str]:
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "HUIXIN_VAR": str(var)}
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", port))
        told = ["--listening-fd", str(listening.fileno()), *options]
        command = [str(PYTHON), "-W", "ignore", "-m", "bot", "serve", *told]
        return subprocess.Popen(
            command, env=environ, stderr=subprocess.PIPE, text=True, pass_fds=(listening.fileno(),)
        )


def a_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    return port


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the model lies."""
    if not PYTHON.exists():
        pytest.skip("bot/ has no environment: run `make install`")
    folder = tmp_path_factory.mktemp("nlu")
    open_school(folder / "school", EXAMPLES, TAUGHT)
    train(folder / "school", folder / "var")
    return folder / "var"


@pytest.fixture(scope="module")
def url(var: Path) -> Iterator[str]:
    port = a_free_port()
    server = start(port, var)
    address = f"http://127.0.0.1:{port}"
    try:
        with Nlu(address) as client:
            until = time.monotonic() + STARTS_WITHIN_S
            while not client.is_up():
                assert server.poll() is None, server.stderr and server.stderr.read()
                assert time.monotonic() < until, "the server did not start"
                time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.communicate(timeout=15)


@pytest.fixture
def nlu(url: str) -> Iterator[Nlu]:
    with Nlu(url, timeout_s=10) as client:
        yield client


@pytest.mark.parametrize(("text", "intent"), TAUGHT)
def test_understands(nlu: Nlu, text: str, intent: str) -> None:
    answer = nlu.parse([text])
    assert isinstance(answer[0], Parsed)
    assert answer[0].intent == intent
    assert answer[0].confidence > 0.4
    assert len(answer[0].ranking) == 20


def test_finds_entities_and_names_its_model(nlu: Nlu) -> None:
    answer = nlu.parse(["订单号88213344改到明天下午三点"])
    assert isinstance(answer[0], Parsed)
    assert [(entity.kind, entity.value) for entity in answer[0].entities] == [
        ("order_number", "88213344"),
        ("datetime", "明天下午三点"),
    ]
    assert answer[0].model.startswith("huixin-")


def test_a_command_is_classified_as_text(url: str) -> None:
    answer = httpx2.post(f"{url}/model/parse", json={"text": "/greeting{}"}, timeout=10).json()
    assert answer["text"] == "greeting{}"
    assert answer["intent"]["confidence"] < 1


@pytest.mark.parametrize("text", ["", "   ", "/", None, 7])
def test_no_text_is_refused(url: str, text: object) -> None:
    assert httpx2.post(f"{url}/model/parse", json={"text": text}, timeout=10).status_code == 400


def test_texts_that_are_asked_together_are_read_as_each_alone(url: str, var: Path) -> None:
    texts = [line.text for line in _unseen()][:24]
    together = httpx2.post(f"{url}/model/parse", json={"texts": texts}, timeout=30).json()
    read = subprocess.run(
        [str(PYTHON), "-W", "ignore", "-m", "bot", "read"],
        input=json.dumps(texts),
        env={**os.environ, "PYTHONPATH": str(ROOT), "HUIXIN_VAR": str(var)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    alone = json.loads(read.stdout)["readings"]
    for text, one, other in zip(texts, together, alone, strict=True):
        assert (one["text"], one["intent"]["name"]) == (text, other["intent"])
        confidence = {each["name"]: each["confidence"] for each in one["intent_ranking"]}
        assert confidence == pytest.approx(other["ranking"], abs=1e-6)


def test_requests_that_come_at_one_time_get_each_its_own_answers(url: str) -> None:
    asked = [[f"订单号{n}{m}88213344" for m in range(n % 4 + 1)] for n in range(24)]
    with ThreadPoolExecutor(8) as callers, httpx2.Client(timeout=30) as client:
        told = list(
            callers.map(lambda texts: client.post(f"{url}/model/parse", json={"texts": texts}), asked)
        )
    assert [[one["text"] for one in answer.json()] for answer in told] == asked


@pytest.mark.parametrize("texts", [[], ["ok", ""], ["ok", None], "ok", {"ok": 1}, ["ok"] * 33])
def test_a_request_with_no_text_or_too_many_is_refused(url: str, texts: object) -> None:
    assert httpx2.post(f"{url}/model/parse", json={"texts": texts}, timeout=10).status_code == 400


def test_odd_texts_are_answered(nlu: Nlu) -> None:
    answers = nlu.parse(["😀", "？", "a" * 10_000, "的" * 10_000, "\ud83d", "\u200bhi\x00", "٣٤٥", "<b>&"])
    assert all(isinstance(answer, Parsed) for answer in answers)


@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", "/model"), ("POST", "/model/train"), ("GET", "/domain"), ("DELETE", "/model")],
)
def test_everything_else_of_rasas_server_is_closed(url: str, method: str, path: str) -> None:
    assert httpx2.request(method, url + path, json={}, timeout=10).status_code == 404


def test_a_taken_port_is_told_in_one_line(url: str) -> None:
    done = CliRunner().invoke(nlu_command, ["--port", url.rsplit(":", 1)[1]])
    assert done.exit_code == 1
    assert "cannot be had" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_missing_model_is_told_in_one_line(url: str, tmp_path: Path) -> None:
    server = start(a_free_port(), tmp_path)
    _, said = server.communicate(timeout=30)
    assert server.returncode == 1
    assert said == "no model has been trained yet: run `huixin bot train`\n"


def test_the_server_ends_with_its_parent(var: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, text=True)
    server = start(a_free_port(), var, "--parent-pid", str(parent.pid))
    time.sleep(1)
    assert server.poll() is None
    parent.communicate("\n")
    server.communicate(timeout=10)
    assert server.returncode != 0
