"""The hash key changes by deploying it behind, in front, and hashing anew; then the old one is taken away."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.usecases.parts import Parts
from tests.cli.installation import huixin, installed
from tests.databases import KEYRING
from tests.web.demo_shop import WANG

OLD, NEW = KEYRING.hash_key, "newer" * 8


@pytest.fixture
def parts(tmp_path: Path, database_url: str, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Parts:
    """An installation with the demo brand."""
    return installed(tmp_path, database_url, engine, monkeypatch)


def test_the_hash_key_changes_in_three_steps(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.reads.checkup._wanted", lambda url: None)

    def knows(*keys: str) -> bool:
        monkeypatch.setenv("HUIXIN_HASH_KEY", ",".join(keys))
        return huixin("why", WANG).exit_code == 0

    assert knows(OLD)
    assert not knows(NEW, OLD)
    assert knows(OLD, NEW)
    assert knows(NEW, OLD)
    told = {one["name"]: one for one in json.loads(huixin("doctor", "--json").stdout)}
    assert (told["hash keys"]["mend"], told["hash keys"]["is_note"]) == ("`huixin keys rehash`", True)
    assert not knows(NEW)
    assert knows(NEW, OLD)
    assert "now under the newest hash key" in huixin("keys", "rehash").stdout
    assert knows(NEW)
    assert not knows(OLD)
