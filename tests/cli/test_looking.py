"""Asking why, looking the installation over, and replaying the quarantine from the command line."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from app import clock
from app.providers.contract import Parsed, Unparseable
from app.providers.simulator import inbound
from app.store import heartbeats
from app.store.staff import AuditEntry
from app.usecases.parts import Parts
from app.usecases.receive import Delivery, receive
from tests.cli.installation import huixin, installed
from tests.web.demo_shop import NOON, WANG, work


@pytest.fixture
def parts(tmp_path: Path, database_url: str, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Parts:
    """An installation with the demo brand."""
    return installed(tmp_path, database_url, engine, monkeypatch)


def texted(parts: Parts, words: str) -> None:
    channel = parts.directory.current(parts.now()).channel_named("simulator")
    assert channel is not None
    message = inbound(f"id {words}", WANG, "10690001", words, parts.now(), channel.capabilities.style)
    receive(parts, [Delivery(channel, Parsed(inbound=(message,)), "trace")], parts.now())  # type: ignore[arg-type]
    work(parts, parts.now)  # type: ignore[arg-type]


def lost(parts: Parts, raw: bytes) -> None:
    channel = parts.directory.current(parts.now()).channel_named("simulator")
    assert channel is not None
    receive(
        parts, [Delivery(channel, Parsed(unparseable=(Unparseable(raw, "no text"),)), "trace")], parts.now()
    )


def test_tells_every_decision_about_a_person_the_newest_last(parts: Parts) -> None:
    texted(parts, "人工")
    texted(parts, "T")
    later = (NOON + timedelta(days=1)).isoformat()
    told = json.loads(huixin("why", WANG, "--at", later, "--json").stdout)
    reasons = [(decision["subject"], decision["verdict"], decision["reason"]) for decision in told]
    assert ("inbound", "routed", "keyword") in reasons
    assert reasons.index(("inbound", "opted_out", "opt_out_word")) > reasons.index(
        ("inbound", "routed", "keyword")
    )
    lines = huixin("why", "13800000001", "--at", later).stdout.splitlines()
    assert len(lines) == len(told)
    assert "They opted out: the text is an opt-out word (word “T”" in "\n".join(lines)


def test_tells_it_in_chinese_where_that_is_the_terminals_language(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    texted(parts, "T")
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    told = huixin("why", WANG, "--at", (NOON + timedelta(days=1)).isoformat()).stdout
    assert "客户退订：短信是退订词" in told


def test_tells_what_was_known_at_a_moment(parts: Parts) -> None:
    texted(parts, "T")
    before = (NOON - timedelta(hours=1)).isoformat()
    assert json.loads(huixin("why", WANG, "--at", before, "--json").stdout) == []


def test_a_phone_or_time_that_is_none_is_wrong_usage_and_a_stranger_a_failure(parts: Parts) -> None:
    assert huixin("why", "abc").exit_code == 2
    assert huixin("why", WANG, "--at", "tomorrow").exit_code == 2
    assert huixin("why", "+8613900000000").exit_code == 1


def test_takes_from_the_quarantine_what_can_be_read_now_and_keeps_the_rest(parts: Parts) -> None:
    lost(parts, json.dumps({"id": "q1", "phone": WANG, "to": "10690001", "text": "T"}).encode())
    lost(parts, b"{not json")
    first = huixin("inbound", "replay", "--json")
    assert first.exit_code == 1
    told = json.loads(first.stdout)
    assert told["messages"] == 1
    assert [item["why"] for item in told["left"]] == ["not JSON"]
    again = json.loads(huixin("inbound", "replay", "--json").stdout)
    assert again["messages"] == 0
    assert len(again["left"]) == 1


def test_what_nobody_can_read_is_given_up_and_the_audit_says_so(parts: Parts) -> None:
    lost(parts, b"{not json")
    lost(parts, b"[not json either")
    (first, second) = json.loads(huixin("inbound", "replay", "--json").stdout)["left"]
    assert first["id"] in huixin("inbound", "replay").stderr
    assert huixin("inbound", "discard", first["id"]).output == "1 delivery discarded\n"
    assert [one["id"] for one in json.loads(huixin("inbound", "replay", "--json").stdout)["left"]] == [
        second["id"]
    ]
    with parts.store.read() as session:
        (noted,) = session.scalars(select(AuditEntry).where(AuditEntry.action == "quarantine.discard"))
        assert (noted.actor, noted.subject_id) == ("command", first["id"])
        assert noted.details["why"] == "no text"
    again = huixin("inbound", "discard", first["id"], second["id"])
    assert again.exit_code == 1
    assert first["id"] in again.stderr
    assert huixin("inbound", "replay").exit_code == 0
    assert huixin("inbound", "discard").exit_code == 2


def test_tells_what_became_of_a_message_that_was_let_through(parts: Parts) -> None:
    added = huixin(
        "channels",
        "add",
        "http",
        "gate",
        "--brand",
        "demo",
        "--set",
        "key=abcdefgh12",
        "--set",
        "sender=10699",
    )
    assert "it only receives: without send_url" in added.stderr
    parts.directory.renew()
    assert huixin("channels", "test", "gate", "--to", WANG).exit_code == 1
    lines = huixin("why", WANG).stdout.splitlines()
    assert "let through" in lines[-2]
    assert lines[-1].endswith(
        "The message could not be sent: the channel is not set up so that it can send: "
        "an administrator has to look (code no_send_url)"
    )
    told = json.loads(huixin("why", WANG, "--json").stdout)[-1]
    assert (told["subject"], told["verdict"], told["reason"]) == ("outbound", "failed", "provider_config")
    earlier = (clock.now() - timedelta(minutes=1)).isoformat()
    assert json.loads(huixin("why", WANG, "--at", earlier, "--json").stdout) == []


def test_notes_what_somebody_may_have_wanted_without_calling_it_a_problem(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.reads.checkup._wanted", lambda url: None)
    huixin("channels", "add", "http", "gate", "--brand", "demo", "--set", "key=abcdefgh12")
    huixin("marketing", "stop", "--brand", "demo")
    notes = [one for one in json.loads(huixin("doctor", "--json").stdout) if one["is_note"]]
    assert [(one["name"], one["is_ok"]) for one in notes] == [("channels", True), ("marketing", True)]
    assert "gate only receives" in notes[0]["says"]
    assert "stopped for demo" in notes[1]["says"]
    assert "note     marketing" in huixin("doctor").stdout


def findings(*, exit_code: int) -> dict[str, bool]:
    ran = huixin("doctor", "--json")
    assert ran.exit_code == exit_code, ran.output
    return {finding["name"]: finding["is_ok"] for finding in json.loads(ran.stdout)}


def test_finds_what_is_missing_and_behind(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.reads.checkup._wanted", lambda url: None)
    lost(parts, b"{not json")
    found = findings(exit_code=1)
    problems = {name for name, is_ok in found.items() if not is_ok}
    assert problems == {"web", "worker", "clock", "quarantine", "nlu"}
    huixin("inbound", "replay")
    with parts.store.write() as session:
        for name in ("worker:here:1", "clock"):
            heartbeats.beat(session, name, clock.now(), {})
    monkeypatch.setattr("app.nlu.Nlu.is_up", lambda nlu: True)
    monkeypatch.setenv("HUIXIN_PUBLIC_URL", "https://sms.shop.example")
    assert {name for name, is_ok in findings(exit_code=1).items() if not is_ok} == {"quarantine"}


def test_tells_where_the_web_was_started_last(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.reads.checkup._wanted", lambda url: None)
    with parts.store.write() as session:
        heartbeats.beat(session, "web.address", NOON, {"public_url": "http://127.0.0.1:9"})
    told = {finding["name"]: finding for finding in json.loads(huixin("doctor", "--json").stdout)}
    assert told["web"]["says"] == "does not answer at http://127.0.0.1:9"
    words = ("channels", "add", "http", "gate", "--brand", "demo", "--set", "key=abcdefgh12")
    added = huixin(*words)
    assert "messages: http://127.0.0.1:9/hooks/gate/" in added.stdout
    assert "the port is a guess" in added.stderr


def test_tells_a_schema_that_is_behind_and_looks_no_further(parts: Parts) -> None:
    found = findings(exit_code=1)
    assert found["schema"] is False
    assert "worker" not in found


def test_tells_every_setting_that_cannot_be_used(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIXIN_HASH_KEY", "short")
    ran = huixin("doctor")
    assert ran.exit_code == 1
    assert "HUIXIN_HASH_KEY" in ran.stdout
    assert "→" in ran.stdout


def test_tells_a_database_that_is_away(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIXIN_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    assert findings(exit_code=1) == {"settings": True, "database": False}
