"""Licences from the command line: what a new channel lacks, recording, listing, the doctor's warning."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.reads.licence_words import COMMANDS, REFUSALS
from app.usecases.parts import Parts
from tests.cli.installation import huixin, installed


@pytest.fixture(autouse=True)
def parts(tmp_path: Path, database_url: str, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Parts:
    """An installation with the demo brand."""
    return installed(tmp_path, database_url, engine, monkeypatch)


def a_mainland_channel() -> None:
    settings = [f"--set={one}" for one in ("style=mainland", "asks_licences=true")]
    added = huixin("channels", "add", "simulator", "main", "--brand", "demo", *settings)
    assert added.exit_code == 0, added.output
    assert "Value-added telecom licence: not on record" in added.stderr
    assert "huixin licences add" in added.stderr


def add(kind: str, *words: str) -> None:
    added = huixin("licences", "add", kind, "--brand", "demo", "--number", "N1", *words)
    assert added.exit_code == 0, added.output


def licences_told() -> list[dict[str, object]]:
    found = json.loads(huixin("doctor", "--json").stdout)
    return [one for one in found if one["name"] == "licences"]


def test_a_first_day_from_channel_to_last_licence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.reads.checkup._wanted", lambda url: None)
    assert [one["is_ok"] for one in licences_told()] == [True]
    assert "none is needed" in huixin("licences", "list").stdout
    a_mainland_channel()
    assert [one["is_note"] for one in licences_told()] == [True] * 3
    add("telecom_licence", "--until", "2999-12-31")
    add("signature_filing")
    listed = json.loads(huixin("licences", "list", "--json").stdout)
    assert [one["kind"] for one in listed["needed"]] == ["channel_filing"]
    add("channel_filing", "--channel", "main", "--until", "2999-12-31")
    listed = json.loads(huixin("licences", "list", "--json").stdout)
    assert listed["needed"] == []
    assert {one["expires_on"] for one in listed["licences"]} == {"2999-12-31", None}
    assert [one["says"] for one in licences_told()] == ["none is missing, expired or about to end"]
    plain = huixin("licences", "list").stdout
    assert "signature_filing  N1  麦香坊  without end  valid" in plain
    ended = huixin("licences", "end", listed["licences"][0]["id"])
    assert ended.exit_code == 0
    assert "not on record" in huixin("licences", "list").stdout


def test_what_is_wrong_is_told_in_a_line() -> None:
    for words, said in (
        (("telecom_licence",), "give its last day"),
        (("channel_filing", "--until", "2999-01-01"), "name the channel"),
        (("nonsense",), "huixin licences kinds"),
    ):
        refused = huixin("licences", "add", *words, "--brand", "demo", "--number", "1")
        assert refused.exit_code == 1
        assert said in refused.stderr
    assert (
        huixin(
            "licences", "add", "telecom_licence", "--brand", "demo", "--number", "1", "--until", "soon"
        ).exit_code
        == 2
    )
    assert huixin("licences", "end", "00000000-0000-0000-0000-000000000000").exit_code == 1


def test_what_is_wrong_is_told_in_the_terminals_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    refused = huixin("licences", "add", "nonsense", "--brand", "demo", "--number", "1")
    assert "没有这种证照或备案（`huixin licences kinds`）" in refused.stderr


def test_only_the_terminal_is_told_of_commands() -> None:
    assert not [words for pair in REFUSALS.values() for words in pair if "huixin" in words]
    assert set(COMMANDS) <= set(REFUSALS)


def test_the_kinds_tell_who_asks_for_them() -> None:
    kinds = {one["kind"]: one for one in json.loads(huixin("licences", "kinds", "--json").stdout)}
    assert kinds["a2p_registration"]["styles"] == ["north_america"]
    assert "telecom_licence" in huixin("licences", "kinds").stdout
