"""Texts of several requests are read in one go, and each request gets its own answers."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bot import together
from bot.together import MOST, Answer, Together


class Reader:
    """Stands in for the model; `read` holds what it was given at a time."""

    def __init__(self) -> None:
        self.read: list[list[str]] = []

    def __call__(self, agent: object, texts: Sequence[str]) -> list[Answer]:
        self.read.append(list(texts))
        if "odd" in texts:
            raise ValueError("odd")
        return [{"text": text} for text in texts]


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Reader:
    made = Reader()
    monkeypatch.setattr(together, "parse_all", made)
    return made


def ask(*requests: Sequence[str]) -> list[object]:
    """The answers to each request, all made at one moment; a fault is told in its place."""

    async def run() -> list[object]:
        asked = Together(agent=None)
        return list(await asyncio.gather(*map(asked.parse, requests), return_exceptions=True))

    return [
        [answer["text"] for answer in told] if isinstance(told, list) else str(told)
        for told in _in_a_thread(run)
    ]


def _in_a_thread(run: Callable[[], Coroutine[Any, Any, list[object]]]) -> list[object]:
    """A loop of its own: a browser's test before this one may have left its loop running in this thread."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(run())).result()


def test_requests_of_one_time_are_read_in_one_go(reader: Reader) -> None:
    assert ask(["a", "b"], ["c"], ["d"]) == [["a", "b"], ["c"], ["d"]]
    assert reader.read == [["a", "b", "c", "d"]]


def test_no_more_are_read_in_one_go_than_may(reader: Reader) -> None:
    half = ["a"] * (MOST // 2)
    assert ask(half, half, half) == [half, half, half]
    assert [len(texts) for texts in reader.read] == [MOST, MOST // 2]


def test_a_request_that_the_model_stumbles_over_costs_no_other(reader: Reader) -> None:
    assert ask(["a"], ["odd"], ["b"]) == [["a"], "odd", ["b"]]
