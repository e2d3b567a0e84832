"""An import that is killed goes on where it stopped: nobody twice, nothing lost, one report."""

import csv
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from app.settings import ROOT
from app.store.consents import ConsentEvent
from app.store.imports import DONE, Import
from app.usecases.parts import Parts
from tests.cli.installation import installed
from tests.cli.test_customers_import import PROOF, imported

ROWS = 3000
EVERY = 10
"""One row in so many has no phone."""


@pytest.fixture
def parts(tmp_path: Path, database_url: str, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Parts:
    """An installation with the demo brand."""
    return installed(tmp_path, database_url, engine, monkeypatch)


def a_long_list(path: Path) -> Path:
    rows = "".join(f"{'' if n % EVERY == 0 else 13700000000 + n},客户{n}\n" for n in range(ROWS))
    path.write_text(f"phone,name\n{rows}13700000001,last\n", encoding="utf-8")
    return path


def how_far(parts: Parts) -> int:
    with parts.store.read() as session:
        return session.scalar(select(func.max(Import.last_row))) or 0


def test_a_killed_import_goes_on_where_it_stopped(parts: Parts, tmp_path: Path) -> None:
    path = a_long_list(tmp_path / "list.csv")
    with parts.store.read() as session:
        before = session.scalar(select(func.count()).select_from(ConsentEvent)) or 0
    command = [sys.executable, "-m", "app.cli", "customers", "import", str(path), "--brand", "demo", *PROOF]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while not how_far(parts) and process.poll() is None and time.monotonic() < until:
        time.sleep(0.01)
    process.kill()
    process.wait()
    stopped_at = how_far(parts)
    assert 0 < stopped_at <= ROWS, "the import was not killed in the middle"

    told = imported(path)
    assert told["went_on_after_row"] == stopped_at
    good = ROWS - ROWS // EVERY
    counts = told["counts"]
    assert (counts["rows"], counts["left_out"], counts["duplicates"]) == (ROWS + 1, ROWS // EVERY, 1)
    assert (counts["new"], counts["changed"], counts["grant"]) == (good, 0, good)
    with parts.store.read() as session:
        events = session.scalar(select(func.count()).select_from(ConsentEvent)) or 0
        assert events - before == good
        assert session.scalars(select(Import.state)).all() == [DONE]
    report = Path(told["report"]).read_text(encoding="utf-8-sig").splitlines()
    assert [int(line[0]) for line in list(csv.reader(report))[1:]] == [n + 2 for n in range(0, ROWS, EVERY)]
