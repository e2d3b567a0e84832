"""The bench of deadlines runs by its name, and has a bar and a yardstick beside its figures."""

import json

import pytest
from click.testing import CliRunner

from app.bench import deadlines
from app.cli import main


def test_it_counts_deadlines_beside_bare_additions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadlines, "COMPLAINTS", 2 * deadlines.SLICE)
    ran = CliRunner().invoke(main, ["bench", "deadlines", "--database", "sqlite", "--json"])
    assert ran.exit_code == 0, ran.output
    one, both, first = json.loads(ran.stdout)["figures"]
    assert (one["bar"], both["bar"], one["unit"]) == (100_000, 100_000, "a second")
    assert one["yardstick"] > one["value"] > 0
    assert first["unit"] == "ms"
