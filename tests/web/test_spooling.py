"""Large uploads arrive in a file, where the application has room for them; whatever breaks leaves nothing behind."""

import asyncio
import hashlib
import resource
import tracemalloc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request

from app.web import arriving, spooling
from app.web.arriving import Arriving
from app.web.spooling import Room
from tests.web.test_arriving import Asked, Connection, runs

PIECE = b"0123456789abcdef" * 4096
LARGE = 160
"""Pieces: 10 MB."""


def an_app(folder: Path, most_bytes: int = 50_000_000) -> Flask:
    """An application that says of an upload what came, and has room for those to /list."""
    app = Flask("spooling")
    app.config["MAX_CONTENT_LENGTH"] = most_bytes

    @app.post("/<name>")
    def take(name: str) -> dict[str, Any]:
        digest, length = hashlib.sha256(), 0
        while piece := request.stream.read(100_000):
            digest.update(piece)
            length += len(piece)
        return {"length": length, "digest": digest.hexdigest(), "files": len(list(folder.iterdir()))}

    def room_for(environ: dict[str, Any]) -> Room | None:
        return Room(folder, most_bytes) if environ["PATH_INFO"] == "/list" else None

    app.room_for = room_for  # type: ignore[attr-defined]
    return app


def answered(
    app: Flask, pieces: Sequence[bytes], path: str = "/list", told: int | None = None, **more: Any
) -> Connection:
    length = sum(map(len, pieces)) if told is None else told
    connection = Connection(*pieces, pause_s=more.pop("pause_s", 0.0))
    server = Arriving(app, 2, **more)
    runs(server.__rsgi__(Asked(path=path, headers={"content-length": str(length)}), connection))
    return connection


def test_an_upload_comes_whole_and_is_held_in_no_memory(tmp_path: Path) -> None:
    app, peaks = an_app(tmp_path), []
    for _ in range(
        3
    ):  # what other threads of this process allocate meanwhile is counted too: the least is ours
        tracemalloc.start()
        done = answered(app, [PIECE] * LARGE)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert done.status == 200
    digest = hashlib.sha256(PIECE * LARGE).hexdigest()
    assert f'"length":{len(PIECE) * LARGE}' in done.body.decode()
    assert digest in done.body.decode()
    assert min(peaks) < len(PIECE) * LARGE / 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("told", [len(PIECE) * LARGE + 1, len(PIECE) * (LARGE - 1)])
def test_an_upload_of_another_length_than_was_told_is_refused(tmp_path: Path, told: int) -> None:
    assert answered(an_app(tmp_path), [PIECE] * LARGE, told=told).status == 400
    assert list(tmp_path.iterdir()) == []


def test_who_has_no_room_is_asked_for_no_body(tmp_path: Path) -> None:
    elsewhere = answered(an_app(tmp_path, 9_000_000), [PIECE] * LARGE, path="/other")
    too_large = answered(an_app(tmp_path, 9_000_000), [PIECE] * LARGE)
    assert (elsewhere.status, too_large.status) == (413, 413)
    assert list(tmp_path.iterdir()) == []


def test_who_falls_silent_is_shown_out(tmp_path: Path) -> None:
    done = answered(an_app(tmp_path), [PIECE] * LARGE, pause_s=5.0, within_s=0.2)
    assert done.status == 408
    assert list(tmp_path.iterdir()) == []


def test_a_few_uploads_at_once_and_no_more(tmp_path: Path) -> None:
    server, slow = Arriving(an_app(tmp_path), 8), spooling.AT_ONCE
    connections = [Connection(*([PIECE] * LARGE), pause_s=0.001) for _ in range(slow + 2)]
    asked = Asked(path="/list", headers={"content-length": str(len(PIECE) * LARGE)})

    async def all_at_once() -> None:
        await asyncio.gather(*(server.__rsgi__(asked, one) for one in connections))

    runs(all_at_once())
    assert sorted(one.status for one in connections) == [200] * slow + [503] * 2


@contextmanager
def files_no_longer_than(length: int) -> Iterator[None]:
    """A disk that is full soon."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (length, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_told_and_nothing_is_kept(tmp_path: Path) -> None:
    with files_no_longer_than(5_000_000):
        done = answered(an_app(tmp_path), [PIECE] * LARGE)
    assert done.status == 507
    assert "磁盘空间不足" in done.body.decode()
    assert list(tmp_path.iterdir()) == []
    assert len(PIECE) * LARGE > arriving.LONGEST_BODY
