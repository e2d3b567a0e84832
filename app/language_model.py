"""The language model from outside: its commands, in an environment of their own, and how it reads after the rules."""

import hashlib
import json
import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app import clock
from app.domain.reading_figures import Line, Read, figures
from app.domain.routing import Understood
from app.domain.whole_reading import Rules, by_model, by_rule
from app.flow_files import SHIPPED, read_path
from app.nlu import Nlu, Parsed
from app.rules import load_rules
from app.settings import ROOT, var_folder

_SERVER_TIMEOUT_S = 10.0


class LanguageError(Exception):
    """The language side cannot do what it was asked; the message is one line for an operator."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a model made of one text, and the milliseconds that it took."""

    understood: Understood
    milliseconds: float


Reader = Callable[[Sequence[str]], tuple[str, list[Answered]]]
"""Reads texts with one model: its name, and an answer for each text in the same order."""


def bot_python() -> Path:
    """The bot's Python; LanguageError with the mend where there is none."""
    python = ROOT / "bot" / ".venv" / "bin" / "python"
    if not python.exists():
        raise LanguageError("the language side has no environment (bot/.venv): run `make install`")
    return python


def bot_command(name: str, arguments: Sequence[str]) -> list[str]:
    """The command line of one of the bot's commands."""
    return [str(bot_python()), "-W", "ignore", "-m", "bot", name, *arguments]


def bot_environ() -> Mapping[str, str]:
    """The environment that the bot's commands need: the repository's root and the var folder.

    Unbuffered, Python drops what a full pipe does not take of a long answer.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return {**kept, "PYTHONPATH": str(ROOT), "HUIXIN_VAR": str(var_folder())}


def models_folder() -> Path:
    """Where the trained models lie."""
    return var_folder() / "models"


def current_model() -> str:
    """The name of the model that is to be served; LanguageError where none has been trained."""
    pointer = models_folder() / "current"
    try:
        history = json.loads(pointer.read_text(encoding="utf-8"))["history"]
        return str(history[-1])
    except FileNotFoundError:
        raise LanguageError("no model has been trained yet: run `huixin bot train`") from None
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        raise LanguageError(f"the pointer {pointer} is damaged: run `huixin bot promote NAME`") from None


def is_whole(model: str) -> bool:
    """Whether the model's file is byte for byte the one that was trained."""
    try:
        told = json.loads((models_folder() / f"{model}.json").read_text("utf-8"))["sha256"]
        with (models_folder() / f"{model}.tar.gz").open("rb") as file:
            return bool(hashlib.file_digest(file, "sha256").hexdigest() == told)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def with_trained(model: str | None) -> Reader:
    """A reader that loads a trained model, the current one unless another is named."""

    def read(texts: Sequence[str]) -> tuple[str, list[Answered]]:
        command = bot_command("read", ["--model", model] if model else [])
        done = subprocess.run(
            command,
            env=bot_environ(),
            input=json.dumps(list(texts)),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            told = done.stderr.strip().splitlines()
            raise LanguageError(told[-1] if told else f"the model ended with exit code {done.returncode}")
        read = json.loads(done.stdout.splitlines()[-1])
        return read["model"], [_answered(one) for one in read["readings"]]

    return read


def _answered(read: dict[str, Any]) -> Answered:
    understood = Understood(read["intent"], read["confidence"], read["ranking"])
    return Answered(understood, read["milliseconds"])


def with_server(url: str) -> Reader:
    """A reader that asks a running server, one text after another."""

    def read(texts: Sequence[str]) -> tuple[str, list[Answered]]:
        name, answers = "", []
        with Nlu(url, _SERVER_TIMEOUT_S) as client:
            for text in texts:
                began = clock.monotonic()
                [parsed] = client.parse([text])
                spent = (clock.monotonic() - began) * 1000
                if not isinstance(parsed, Parsed):
                    raise LanguageError(f"the server at {url} does not answer ({parsed.reason})")
                name = parsed.model or name
                understood = Understood(parsed.intent, parsed.confidence, dict(parsed.ranking))
                answers.append(Answered(understood, round(spent, 2)))
        return name, answers

    return read


def shipped_rules() -> Rules:
    """The rules as a new installation has them: the word tables, and the keywords of the shipped flows."""
    flows = [definition for definition, _ in read_path(SHIPPED).flows]
    return Rules.of(load_rules().opt_out_words, flows)


def read_all(lines: Sequence[Line], rules: Rules, reader: Reader) -> tuple[str, list[Read]]:
    """The model's name, and every line as an installation would take it: rules first, the model for the others."""
    decided = [by_rule(line.text, rules, line.last) for line in lines]
    left = [line.text for line, rule in zip(lines, decided, strict=True) if rule is None]
    name, answers = reader(left)
    waiting = iter(answers)
    reads = []
    for line, rule in zip(lines, decided, strict=True):
        if rule is not None:
            reads.append(Read(line, rule))
        else:
            answer = next(waiting)
            reading = by_model(line.text, answer.understood, rules)
            reads.append(Read(line, reading, answer.milliseconds))
    return name, reads


def document(name: str, reads: Sequence[Read]) -> dict[str, Any]:
    """The figures of one model as a JSON-ready document."""
    return {"model": name, **figures(reads)}
