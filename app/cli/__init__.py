"""The command line `huixin`: one file per command in this folder, each with a click command called `COMMAND`.

The file's name is the command's name (`api_keys.py` is `huixin api-keys`); a file is imported only when its
command is asked for. Exit 0 is success, 1 a finding or failure told on stderr, 2 wrong usage.
"""

import importlib
import pkgutil
from typing import Any

import click

from app.settings import SettingsError


def command_names() -> list[str]:
    """Return the names of all commands, sorted."""
    modules = pkgutil.iter_modules(__path__)
    return sorted(module.name.replace("_", "-") for module in modules if not module.name.startswith("_"))


class CommandFolder(click.Group):
    """A click group whose commands are this folder's files."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, as `--help` lists them."""
        return command_names()

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command's file and return its `COMMAND`; None for an unknown name: wrong usage."""
        if cmd_name not in command_names():
            return None
        module = importlib.import_module(f"{__name__}.{cmd_name.replace('-', '_')}")
        command = getattr(module, "COMMAND", None)
        if not isinstance(command, click.Command):
            raise click.ClickException(f"{module.__file__} has no click command called COMMAND")
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; settings that cannot be used are told on stderr, every one, and exit 1."""
        try:
            return super().invoke(ctx)
        except SettingsError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=CommandFolder, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Huixin answers the people a business texts."""
