"""Bad lists at the command: what is wrong is reported by row, the good rows are kept, and nothing runs."""

import csv
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from app.store import customers
from app.store.imports import Import
from app.usecases.parts import Parts
from tests.cli.installation import huixin, installed
from tests.cli.test_customers_import import PROOF, imported, profile_of
from tests.sheets.bad_lists import COUNTS, GOOD, LEFT_OUT, MIXED, UNREADABLE


@pytest.fixture
def parts(tmp_path: Path, database_url: str, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Parts:
    """An installation with the demo brand."""
    return installed(tmp_path, database_url, engine, monkeypatch)


def test_good_rows_are_kept_and_the_others_reported(parts: Parts, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(MIXED)
    told = imported(path)
    assert {name: told["counts"][name] for name in COUNTS} == COUNTS
    assert {phone: profile_of(parts, phone)["name"] for phone in GOOD} == GOOD
    lines = list(csv.reader(Path(told["report"]).read_text(encoding="utf-8-sig").splitlines()))[1:]
    assert [line[0] for line in lines] == LEFT_OUT
    assert all(line[2] and line[3] for line in lines)
    assert not [cell for line in lines for cell in line if cell.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_is_no_list_is_told_and_nothing_is_kept(parts: Parts, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    done = huixin("customers", "import", str(path), "--brand", "demo", *PROOF)
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: ")
    with parts.store.read() as session:
        assert session.scalars(select(Import.id)).all() == []
        assert customers.ids_by_phone(session, ["+8613900002222"]) == {}
