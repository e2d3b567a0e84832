"""Reading labelled lines by rules and a model: what reaches the model, and what comes of its failure."""

import json
import stat
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from app import language_model
from app.cli.bot import bot
from app.domain.reading_figures import Line
from app.domain.routing import Understood
from app.language_model import Answered, LanguageError, read_all, shipped_rules, with_server, with_trained

RULES = shipped_rules()


def test_only_what_rules_leave_is_asked_and_answers_go_back_to_their_lines() -> None:
    asked: list[str] = []

    def reader(texts: Sequence[str]) -> tuple[str, list[Answered]]:
        asked.extend(texts)
        return "m", [Answered(Understood(text, 0.9, {text: 0.9}), 5.0) for text in texts]

    lines = [Line("praise", "praise"), Line("退订", "opt_out"), Line("deny", "deny")]
    name, reads = read_all(lines, RULES, reader)
    assert (name, asked) == ("m", ["praise", "deny"])
    assert [read.reading.intent for read in reads] == ["praise", "opt_out", "deny"]
    assert [read.milliseconds for read in reads] == [5.0, None, 5.0]


def a_bot(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment whose Python runs this shell script."""
    python = folder / "bot" / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(python.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(language_model, "ROOT", folder)


def test_a_model_that_is_damaged_is_told_in_its_own_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_bot(tmp_path, "cat >/dev/null; echo the file of model m is damaged >&2; exit 1", monkeypatch)
    with pytest.raises(LanguageError, match="the file of model m is damaged"):
        with_trained("m")(["hi"])


def test_a_model_that_is_killed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_bot(tmp_path, "kill -9 $$", monkeypatch)
    with pytest.raises(LanguageError, match="exit code -9"):
        with_trained(None)(["hi"])


def test_a_server_that_is_away_is_told() -> None:
    with pytest.raises(LanguageError, match="does not answer"):
        with_server("http://127.0.0.1:9")(["hi"])


def test_the_command_prints_one_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    test_file = tmp_path / "lines.tsv"
    test_file.write_text("text\tintent\tlang\n退订\topt_out\tzh\n你们的蛋糕是坏的\tcomplaint\tzh\n", "utf-8")

    def answered(command: Sequence[str], **given: str) -> subprocess.CompletedProcess[str]:
        assert json.loads(given["input"]) == ["你们的蛋糕是坏的"]
        reading = {
            "intent": "complaint",
            "confidence": 0.9,
            "ranking": {"complaint": 0.9},
            "milliseconds": 9.0,
        }
        return subprocess.CompletedProcess(
            list(command), 0, json.dumps({"model": "m", "readings": [reading]}), ""
        )

    monkeypatch.setattr(language_model, "bot_python", lambda: Path("/bin/false"))
    monkeypatch.setattr(subprocess, "run", answered)
    result = CliRunner().invoke(bot, ["evaluate", "--test", str(test_file), "--json"])
    document = json.loads(result.stdout)
    assert (document["model"], document["n"], document["accuracy"]) == ("m", 2, 1.0)
    shown = CliRunner().invoke(bot, ["evaluate", "--test", str(test_file)]).stdout
    assert "accuracy 1.000" in shown
    assert "opting out: at once 1.000" in shown


def test_a_line_with_an_unknown_intent_ends_the_command_with_its_number(tmp_path: Path) -> None:
    test_file = tmp_path / "lines.tsv"
    test_file.write_text("退订\topting\tzh\n", "utf-8")
    result = CliRunner().invoke(bot, ["evaluate", "--test", str(test_file)])
    assert result.exit_code == 1
    assert "line 1: there is no intent 'opting'" in result.stderr


def test_a_long_answer_comes_whole_whoever_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", "1")
    assert "PYTHONUNBUFFERED" not in language_model.bot_environ()
