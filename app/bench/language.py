"""The language server: loading, single parses, a stream that repeats itself, and memory alone and during a change."""

import json
import random
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from app import clock
from app.bench.figures import Figure, percentile, resident_mb
from app.bench.installation import Installation, installation
from app.domain.flows.vocabulary import INTENTS
from app.domain.reading_figures import read_lines
from app.language_model import current_model
from app.nlu import Nlu, Parsed
from app.settings import ROOT, var_folder
from app.usecases.answer import NLU_BATCH

WARM, COUNTED = 3_000, 4_500
"""Texts of the stream before counting begins, for a worker that has just started is no rule; then those counted:
twenty and thirty seconds of it at the rate to reach. Numbers, not times: else a faster machine would be asked less.
"""
CLIENTS = 4
BATCH = NLU_BATCH
EXAMPLE = "    - "
"""So a training line begins."""
SINGLE = 400
"""Texts that are asked for one after the other, each for the first time."""
READY_S = 120.0


def measure(database: str) -> list[Figure]:
    """Asked through the application's client, as the worker asks; the database has no part in it."""
    if database != "sqlite":
        return []
    texts = _texts()
    with installation(database) as made:
        _second_model(made)
        begun = clock.monotonic()
        server = made.start("nlu")
        with Nlu(made.settings.nlu_url) as client:
            _wait(client.is_up)
            loaded = clock.monotonic() - begun
            took = sorted(_each(client, texts[:SINGLE]))
        alone = resident_mb(server.pid)
        rate, asked = _stream(made.settings.nlu_url, [*texts, *_written()])
        with Nlu(made.settings.nlu_url) as client:
            during = _change(made, client, server.pid, texts[SINGLE:])
    return [
        Figure("language", "-", "load", loaded, "s", 40, is_ceiling=True),
        Figure(
            "language", "-", "uncached parse, p95", percentile(took, 0.95) * 1000, "ms", 35, is_ceiling=True
        ),
        Figure("language", "-", "uncached parse, p50", percentile(took, 0.5) * 1000, "ms"),
        Figure("language", "-", f"stream, {asked:.0%} of it asked", rate, "texts a second", 150),
        Figure("language", "-", "server", alone, "MB", 1000, is_ceiling=True),
        Figure("language", "-", "server while the model changes", during, "MB", 2000, is_ceiling=True),
    ]


def _texts() -> list[str]:
    """Every test line once, in an order that is always the same."""
    files = sorted((ROOT / "data" / "nlu_test").glob("*.tsv"))
    texts = [line.text for path in files for line in read_lines(path.read_text("utf-8"), INTENTS)]
    texts = list(dict.fromkeys(texts))
    random.Random(0).shuffle(texts)  # noqa: S311
    return texts


def _written() -> list[str]:
    """Every training line: here they only make the stream's vocabulary wide."""
    files = sorted((ROOT / "data" / "nlu").glob("*.yml"))
    lines = [line for path in files for line in path.read_text("utf-8").splitlines()]
    return [line.removeprefix(EXAMPLE) for line in lines if line.startswith(EXAMPLE)]


def _second_model(made: Installation) -> None:
    """Gives the installation models of its own: the current one, and the same under another name to change to."""
    name, folder = current_model(), made.settings.var / "models"
    folder.unlink()
    folder.mkdir()
    for path in (var_folder() / "models").glob(f"{name}.*"):
        for copy in (name, f"{name}-2"):
            shutil.copy(path, folder / path.name.replace(name, copy))
    _point(made, name)


def _point(made: Installation, name: str) -> None:
    fresh = made.settings.var / "models" / "current.new"
    fresh.write_text(json.dumps({"history": [name]}), encoding="utf-8")
    fresh.rename(fresh.with_name("current"))


def _wait(is_so: Callable[[], bool]) -> None:
    until, pause = clock.monotonic() + READY_S, threading.Event()
    while not is_so():
        if clock.monotonic() > until:
            raise RuntimeError("the language server did not come up")
        pause.wait(0.1)


def _each(client: Nlu, texts: Sequence[str]) -> Iterator[float]:
    """Seconds that each text took, one after the other."""
    for text in texts:
        begun = clock.monotonic()
        [answer] = client.parse([text])
        if not isinstance(answer, Parsed):
            raise RuntimeError(f"a text was not read: {answer.reason}")
        yield clock.monotonic() - begun


def _stream(url: str, texts: Sequence[str]) -> tuple[float, float]:
    """Texts answered a second, batch by batch as the worker asks; and the share that had not been seen before.

    The stream repeats itself as language does: the n-th most frequent text comes an n-th as often as the first (Zipf).
    There are five times as many different texts as the client remembers, so that new ones never cease: three in ten
    of those counted, two in ten after a day.
    """
    chosen, order = random.Random(1), list(texts)  # noqa: S311
    chosen.shuffle(order)
    coming = chosen.choices(order, [1 / (n + 1) for n in range(len(order))], k=WARM + COUNTED)
    first, counted = coming[:WARM], coming[WARM:]
    with Nlu(url) as client, ThreadPoolExecutor(CLIENTS) as pool:
        _answer_all(client, pool, first)
        begun = clock.monotonic()
        _answer_all(client, pool, counted)
        return len(counted) / (clock.monotonic() - begun), len(set(counted) - set(first)) / len(counted)


def _answer_all(client: Nlu, pool: ThreadPoolExecutor, texts: Sequence[str]) -> None:
    batches = [texts[begin : begin + BATCH] for begin in range(0, len(texts), BATCH)]
    for answers in pool.map(client.parse, batches):
        if not all(isinstance(answer, Parsed) for answer in answers):
            raise RuntimeError("a text of the stream was not read")


def _change(made: Installation, client: Nlu, pid: int, texts: Sequence[str]) -> float:
    """The most megabytes that the server took while another model came; every text asked meanwhile is answered."""
    name, most = f"{current_model()}-2", 0.0
    waiting = iter(texts)
    _point(made, name)
    until = clock.monotonic() + READY_S
    while clock.monotonic() < until:
        [answer] = client.parse([next(waiting)])
        most = max(most, resident_mb(pid))
        if not isinstance(answer, Parsed):
            raise RuntimeError(f"a text was not read while the model changed: {answer.reason}")
        if answer.model == name:
            return most
    raise RuntimeError("the model did not change")
