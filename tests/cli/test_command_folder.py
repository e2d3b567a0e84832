"""One file in app/cli is one command."""

import pytest
from click.testing import CliRunner

from app.cli import command_names, main
from app.settings import Problem, SettingsError


def test_every_file_is_a_command_but_the_private_ones() -> None:
    assert {"up", "web", "init"} <= set(command_names())
    assert not [name for name in command_names() if name.startswith("-")]


def test_an_unknown_command_is_wrong_usage() -> None:
    ran = CliRunner().invoke(main, ["nonsense"])
    assert ran.exit_code == 2


def test_help_lists_the_commands() -> None:
    ran = CliRunner().invoke(main, ["--help"])
    assert ran.exit_code == 0
    assert "web" in ran.output


def test_settings_that_cannot_be_used_are_told_and_exit_1(monkeypatch: pytest.MonkeyPatch) -> None:
    def load() -> None:
        raise SettingsError(
            [Problem("PORT", "is no number", "give one"), Problem("HUIXIN_VAR", "is full", "empty it")]
        )

    monkeypatch.setattr("app.cli.web.load", load)
    ran = CliRunner().invoke(main, ["web"])
    assert ran.exit_code == 1
    assert "PORT: is no number; give one" in ran.output
    assert "HUIXIN_VAR: is full; empty it" in ran.output
