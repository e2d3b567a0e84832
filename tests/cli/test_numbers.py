"""`huixin numbers check` against a double of a number-check service."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.usecases.parts import Parts
from tests.cli.installation import huixin, installed
from tests.doubles.listening import Reply
from tests.doubles.number_service import KEY, NumberService


@pytest.fixture
def service() -> Iterator[NumberService]:
    with NumberService() as listening:
        yield listening


@pytest.fixture(autouse=True)
def parts(tmp_path: Path, database_url: str, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Parts:
    """An installation with the demo brand."""
    return installed(tmp_path, database_url, engine, monkeypatch)


@pytest.fixture
def configured(service: NumberService, monkeypatch: pytest.MonkeyPatch) -> NumberService:
    monkeypatch.setenv("HUIXIN_NUMBER_CHECK_URL", service.url)
    monkeypatch.setenv("HUIXIN_NUMBER_CHECK_KEY", KEY)
    return service


def test_without_a_checker_it_says_what_to_set() -> None:
    ran = huixin("numbers", "check")
    assert (ran.exit_code, "HUIXIN_NUMBER_CHECK_URL" in ran.stderr) == (1, True)


def test_a_dry_run_counts_and_asks_nobody(configured: NumberService) -> None:
    planned = json.loads(huixin("numbers", "check", "--dry-run", "--limit", "1", "--json").stdout)
    assert (planned["checker"], planned["would_ask"], planned["waiting"] > 1) == ("http", 1, True)
    assert (
        f"1 of {planned['waiting']} numbers" in huixin("numbers", "check", "--dry-run", "--limit", "1").stdout
    )
    assert configured.asked == []


def test_it_asks_tells_and_leaves_out_who_was_asked_about(configured: NumberService) -> None:
    ran = huixin("numbers", "check", "--limit", "1")
    assert (ran.exit_code, "asked about 1 number: 1 alive, 0 dead" in ran.stdout) == (0, True)
    told = json.loads(huixin("numbers", "check", "--json").stdout)
    assert (told["alive"], told["waiting"], told["unanswered"]) == (told["asked"], 0, {})
    asked = [phone for batch in configured.asked for phone in batch]
    assert (len(asked), len(set(asked))) == (told["asked"] + 1, told["asked"] + 1)


def test_no_answer_is_told_with_exit_1_and_nothing_is_lost(configured: NumberService) -> None:
    configured.answer_with(Reply(500))
    ran = huixin("numbers", "check", "--limit", "1")
    assert ran.exit_code == 1
    assert "no answer about 1 number: the checker refused with HTTP 500; run the command again" in ran.stderr
    assert huixin("numbers", "check", "--limit", "1").exit_code == 0
    assert configured.asked[0] == configured.asked[1]


def test_the_simulators_checker_needs_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIXIN_NUMBER_CHECKER", "simulator")
    planned = json.loads(huixin("numbers", "check", "--dry-run", "--json").stdout)
    assert planned["checker"] == "simulator"
    assert "asked about" in huixin("numbers", "check", "--limit", "1").stdout
