"""Partners from the command line: recording, renewing, and naming one in an import."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.usecases.parts import Parts
from tests.cli.installation import huixin, installed

AGREEMENT = ("锦江酒店", "--brand", "demo", "--agreement", "HZ-1", "--until", "2999-12-31")


@pytest.fixture(autouse=True)
def parts(tmp_path: Path, database_url: str, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Parts:
    """An installation with the demo brand."""
    return installed(tmp_path, database_url, engine, monkeypatch)


def test_an_import_by_a_partner_names_the_partner(tmp_path: Path) -> None:
    path = tmp_path / "guests.csv"
    path.write_text("phone\n13800005555\n", encoding="utf-8")
    words = ("customers", "import", str(path), "--brand", "demo", "--consent-source", "partner")
    proof = ("--consent-at", "2026-10-01", "--consent-wording", "同意接收麦香坊的短信")
    refused = huixin(*words, *proof)
    assert refused.exit_code == 2
    assert "name the partner" in refused.stderr
    assert huixin("partners", "add", *AGREEMENT).exit_code == 0
    done = huixin(*words, *proof, "--partner", "锦江酒店", "--json")
    assert json.loads(done.stdout)["counts"]["grant"] == 1


def test_an_agreement_is_recorded_renewed_and_listed() -> None:
    assert huixin("partners", "list").stdout == "there is no partner yet\n"
    assert huixin("partners", "renew", *AGREEMENT).exit_code == 1
    assert huixin("partners", "add", *AGREEMENT).exit_code == 0
    again = huixin("partners", "add", *AGREEMENT)
    assert "huixin partners renew" in again.stderr
    assert huixin("partners", "renew", *AGREEMENT[:-1], "2998-12-31").exit_code == 0
    (listed,) = json.loads(huixin("partners", "list", "--json").stdout)
    assert (listed["expires_on"], listed["state"]) == ("2998-12-31", "valid")
    assert "HZ-1  until 2998-12-31  valid" in huixin("partners", "list").stdout
