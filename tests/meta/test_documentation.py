"""Operators find every setting and every command in docs/operating.md."""

from collections.abc import Iterator

import click
import pytest

from app.cli import command_names, main
from app.settings import Settings
from tests.meta.sources import ROOT

OPERATING = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
SETTINGS = [f"HUIXIN_{name.upper()}" if name != "port" else "PORT" for name in Settings.model_fields]


def commands(group: click.Group, path: str) -> Iterator[str]:
    """Every command below the group, as it is typed."""
    with click.Context(group) as context:
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            if isinstance(command, click.Group):
                yield from commands(command, f"{path} {name}")
            else:
                yield f"{path} {name}"


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_setting_is_documented(setting: str) -> None:
    assert f"`{setting}`" in OPERATING


def test_every_command_is_documented() -> None:
    assert [command for command in commands(main, "huixin") if f"`{command}" not in OPERATING] == []


@pytest.mark.parametrize("name", command_names())
def test_every_command_says_in_a_line_what_it_does(name: str) -> None:
    with click.Context(main) as context:
        command = main.get_command(context, name)
    assert command is not None
    assert command.name == name
    assert command.get_short_help_str(limit=200)


def test_a_mend_stands_beside_every_setting() -> None:
    assert all(field.description for field in Settings.model_fields.values())
