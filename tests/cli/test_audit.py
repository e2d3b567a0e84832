"""Proving the ledgers, and a bundle for a regulator, from the command line."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from app import clock
from app.domain.proof.bundle import problems, sealed_up
from app.store.encryption import keyring
from app.store.staff import AuditEntry
from app.store.tables import first_id
from app.usecases.parts import Parts
from app.usecases.seal_ledgers import seal_all
from app.verify_bundle import is_signed_by, open_envelope
from tests.cli.installation import huixin, installed
from tests.cli.test_looking import texted
from tests.databases import KEYRING
from tests.meta.sources import ROOT
from tests.store.tampering import tamper
from tests.web.demo_shop import WANG

LATER = "2099-01-01"


@pytest.fixture
def parts(tmp_path: Path, database_url: str, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Parts:
    """An installation with the demo brand, to which somebody has written."""
    parts = installed(tmp_path, database_url, engine, monkeypatch)
    texted(parts, "人工")
    texted(parts, "T")
    return parts


def bundled(directory: Path, *options: str) -> Path:
    file = directory / "bundle.json"
    ran = huixin("audit", "bundle", WANG, str(file), "--to", LATER, *options)
    assert ran.exit_code == 0, ran.output
    return file


def wrong(file: bytes) -> list[str]:
    return list(problems(file, is_signed_by, open_envelope))


def test_proves_the_ledgers_and_fails_on_any_finding(parts: Parts, engine: Engine) -> None:
    ran = huixin("audit", "verify")
    assert ran.exit_code == 0
    assert "decisions: 0 rows under 0 seals" in ran.output
    seal_all(parts, parts.now())
    (decisions,) = [
        one for one in json.loads(huixin("audit", "verify", "--json").stdout) if one["ledger"] == "decisions"
    ]
    assert (decisions["seals"], decisions["unsealed"], decisions["findings"]) == (1, 0, [])
    tamper(engine, "UPDATE decisions SET reason = 'mood' WHERE reason = 'opt_out_word'")
    ran = huixin("audit", "verify")
    assert ran.exit_code == 1
    assert "was changed" in ran.stderr
    (finding,) = [
        one["findings"] for one in json.loads(huixin("audit", "verify", "--json").stdout) if one["findings"]
    ]
    assert {(one["ledger"], one["subject"], one["wrong"]) for one in finding} == {
        ("decisions", "row", "was changed")
    }


def test_an_earlier_proof_that_was_kept_finds_what_was_cut_off(
    parts: Parts, engine: Engine, tmp_path: Path
) -> None:
    seal_all(parts, parts.now())
    known = tmp_path / "known.json"
    known.write_text(huixin("audit", "verify", "--json").stdout)
    assert huixin("audit", "verify", "--known", str(known)).exit_code == 0
    for table in ("decisions", "seals"):
        tamper(engine, f"DELETE FROM {table}" + (" WHERE ledger = 'decisions'" if table == "seals" else ""))
    assert huixin("audit", "verify").exit_code == 0
    ran = huixin("audit", "verify", "--known", str(known))
    assert ran.exit_code == 1
    assert "seal 1 was removed: it is known from before" in ran.stderr
    known.write_text("{}")
    assert huixin("audit", "verify", "--known", str(known)).exit_code == 0
    known.write_text("[{}]")
    assert huixin("audit", "verify", "--known", str(known)).exit_code == 2


def test_a_bundle_holds_all_about_a_person_and_is_sound(parts: Parts, tmp_path: Path) -> None:
    file = bundled(tmp_path)
    assert wrong(file.read_bytes()) == []
    assert file.stat().st_mode & 0o777 == 0o600
    content = json.loads(file.read_text())["content"]
    assert content["asked"]["phone"] == WANG
    assert [one["text"] for one in content["inbounds"]] == ["人工", "T"]
    (opt_out,) = content["opt_outs"]
    consents = {one["row"]["id"]: one for one in content["consents"]}
    assert (consents[opt_out]["row"]["kind"], consents[opt_out]["opened"]["evidence"]["value"]) == (
        "withdrawn",
        {},
    )
    assert any("退订" in one["words"]["zh"] for one in content["decisions"])
    assert all(one["status"] and one["text"] for one in content["outbounds"])
    assert all(one["seal"] is not None for one in (*content["decisions"], *content["consents"]))


def test_a_bundle_is_of_the_time_that_was_asked_for_but_for_consents(parts: Parts, tmp_path: Path) -> None:
    content = json.loads(bundled(tmp_path, "--from", "2098-01-01").read_text())["content"]
    assert (content["decisions"], content["inbounds"], content["outbounds"]) == ([], [], [])
    assert content["consents"]


def test_who_asked_for_a_bundle_is_noted_before_it_is_shown(parts: Parts, tmp_path: Path) -> None:
    bundled(tmp_path)
    with parts.store.read() as session:
        (noted,) = session.scalars(select(AuditEntry).where(AuditEntry.action == "audit.bundle"))
        assert (noted.actor, noted.seal_id is not None) == ("command", True)
        assert WANG not in json.dumps(noted.details)


def test_a_bundle_is_not_written_over_another_nor_of_a_stranger(parts: Parts, tmp_path: Path) -> None:
    file = bundled(tmp_path)
    assert huixin("audit", "bundle", WANG, str(file)).exit_code == 1
    assert huixin("audit", "bundle", "+8613911111111", str(tmp_path / "other")).exit_code == 1
    assert huixin("audit", "bundle", "abc", str(tmp_path / "other")).exit_code == 2
    assert not (tmp_path / "other").exists()


def test_a_bundle_is_checked_in_a_process_without_settings_or_database(parts: Parts, tmp_path: Path) -> None:
    file = bundled(tmp_path)
    program = (
        "import sys; from app.verify_bundle import main; done = main(sys.argv[1:]);"
        "print(sorted({'sqlalchemy', 'flask', 'click', 'pydantic'} & sys.modules.keys())); sys.exit(done)"
    )

    def checked(*words: str) -> subprocess.CompletedProcess[str]:
        words = (sys.executable, "-c", program, *words)
        return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, env={})

    key = KEYRING.public_key.hex()
    ran = checked(str(file), "--key", key)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.splitlines() == [f"sound    signed by {key}", "[]"]
    assert "compare this key" in checked(str(file)).stdout
    assert checked(str(file), "--key", "00" * 32).returncode == 1
    file.write_bytes(file.read_bytes().replace("人工".encode(), "人公".encode()))
    ran = checked(str(file))
    assert (ran.returncode, "something was changed" in ran.stderr) == (1, True)
    assert checked(str(tmp_path / "none")).returncode == 2


def test_doctor_shows_the_key_that_signs(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.reads.checkup._wanted", lambda url: None)
    found = {one["name"]: one["says"] for one in json.loads(huixin("doctor", "--json").stdout)}
    assert found["signatures"] == f"made with {KEYRING.public_key.hex()}"


def test_doctor_finds_a_sealer_that_stands_still(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.reads.checkup._wanted", lambda url: None)

    def seals_are_ok() -> bool:
        told = json.loads(huixin("doctor", "--json").stdout)
        return bool(next(one["is_ok"] for one in told if one["name"] == "seals"))

    seal_all(parts, parts.now())
    assert seals_are_ok()
    for minutes, is_ok in ((4, True), (6, False)):
        made = first_id(clock.now() - timedelta(minutes=minutes))
        told = {"actor": "ann", "action": "log_out", "subject": "staff", "subject_id": "x", "details": {}}
        with parts.store.write() as session:
            session.add(AuditEntry(id=made, at=parts.now() - timedelta(days=9), **told))
        assert seals_are_ok() == is_ok
    assert not seals_are_ok()
    seal_all(parts, parts.now())
    assert seals_are_ok()


FORGERIES = {
    "a decision's reason": lambda content: content["decisions"][0]["row"].update(reason="mood"),
    "a consent's evidence": lambda content: content["consents"][0]["opened"]["evidence"].update(
        value={"x": 1}
    ),
    "a seal's time": lambda content: content["seals"][0]["says"].update(
        at="2020-01-01T00:00:00.000000+00:00"
    ),
    "a digest under a seal": lambda content: content["seals"][0]["rows"].__setitem__(0, "00" * 32),
    "a row's seal": lambda content: content["decisions"][0].update(seal=99),
    "a missing part": lambda content: content.pop("seals"),
}


@pytest.mark.parametrize("what", FORGERIES)
def test_even_one_who_signs_cannot_say_what_no_seal_covers(parts: Parts, tmp_path: Path, what: str) -> None:
    content = json.loads(bundled(tmp_path).read_text())["content"]
    FORGERIES[what](content)
    assert wrong(sealed_up(content, keyring().public_key, keyring().sign))


def test_a_row_that_was_changed_at_home_does_not_pass_in_a_bundle(
    parts: Parts, engine: Engine, tmp_path: Path
) -> None:
    seal_all(parts, parts.now())
    tamper(engine, "UPDATE decisions SET reason = 'mood' WHERE reason = 'opt_out_word'")
    assert any("does not cover it" in one for one in wrong(bundled(tmp_path).read_bytes()))
