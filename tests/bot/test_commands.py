"""The commands of the language side, where its environment is missing and where they are used wrongly."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from app import language_model
from app.cli.bot import bot
from app.cli.nlu import nlu
from bot.__main__ import main
from bot.shelf import Shelf, recipe_hash


def test_a_missing_environment_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language_model, "ROOT", tmp_path)
    for command, arguments in ((bot, ["models"]), (nlu, ["--port", "5005"])):
        result = CliRunner().invoke(command, arguments)
        assert result.exit_code == 1
        assert (
            result.stderr == "Error: the language side has no environment (bot/.venv): run `make install`\n"
        )


def test_an_unknown_command_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dance"]) == 2
    assert "usage:" in capsys.readouterr().err


def test_models_of_an_empty_shelf(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HUIXIN_VAR", str(tmp_path))
    assert main(["models", "--json"]) == 0
    assert capsys.readouterr().out == "[]\n"


def test_a_model_that_is_there_is_not_said_to_be_trained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HUIXIN_VAR", str(tmp_path))
    shelf = Shelf(tmp_path / "models")
    shelf.folder.mkdir()
    trained = tmp_path / "trained.tar.gz"
    trained.write_bytes(b"a model")
    facts = {"examples": 7, "train_seconds": 222.0}
    shelf.add(f"huixin-{recipe_hash()}", trained, facts)
    assert main(["train"]) == 0
    assert capsys.readouterr().out == f"huixin-{recipe_hash()}: 7 examples, there already\n"


def test_a_failure_is_one_line_and_exit_code_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HUIXIN_VAR", str(tmp_path))
    assert main(["rollback"]) == 1
    assert capsys.readouterr().err == "there is no model to roll back to\n"
