"""`huixin bot`: train, measure and choose the language model, in the bot's own environment."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from app.settings import ROOT, var_folder


def bot_python() -> Path:
    """Return the bot's Python; ClickException with the mend where there is none."""
    python = ROOT / "bot" / ".venv" / "bin" / "python"
    if not python.exists():
        raise click.ClickException("the language side has no environment (bot/.venv): run `make install`")
    return python


def bot_command(name: str, arguments: Sequence[str]) -> list[str]:
    """Return the command line of one of the bot's commands."""
    return [str(bot_python()), "-W", "ignore", "-m", "bot", name, *arguments]


def bot_environ() -> Mapping[str, str]:
    """Return the environment that the bot's commands need: the repository's root and the var folder."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "HUIXIN_VAR": str(var_folder())}


def run(name: str, arguments: Sequence[str]) -> None:
    """Run one of the bot's commands and end with its exit code."""
    code = subprocess.run(bot_command(name, arguments), env=bot_environ(), check=False).returncode
    if code:
        raise click.exceptions.Exit(code if code in (1, 2) else 1)


@click.group("bot")
def bot() -> None:
    """Train, measure and choose the language model."""


@bot.command("train")
@click.option("--no-promote", is_flag=True, help="Keep serving the present model.")
def train(no_promote: bool) -> None:
    """Train the model that config.yml and data/nlu/ describe, unless it is there already."""
    run("train", ["--no-promote"] if no_promote else [])


@bot.command("evaluate")
@click.option("--test", "test_file", required=True, metavar="FILE", help="Lines of text, intent, language.")
@click.option("--model", metavar="NAME", help="Another model than the current one.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--misses", is_flag=True, help="List each line that is taken for something else.")
def evaluate(test_file: str, model: str | None, as_json: bool, misses: bool) -> None:
    """Measure a model on labelled lines."""
    options = ["--json"] * as_json + ["--misses"] * misses + (["--model", model] if model else [])
    run("evaluate", ["--test", test_file, *options])


@bot.command("promote")
@click.argument("name")
def promote(name: str) -> None:
    """Serve this model from the next start of the NLU on."""
    run("promote", [name])


@bot.command("rollback")
def rollback() -> None:
    """Go back to the model that was current before."""
    run("rollback", [])


@bot.command("models")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def list_models(as_json: bool) -> None:
    """List the trained models, the oldest first."""
    run("models", ["--json"] * as_json)


COMMAND = bot
