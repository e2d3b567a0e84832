"""The learning loop: trains with what staff have corrected, and compares the new model with the present one.

Both read the written test lines, and in shadow the texts of the last 30 days; a guarded figure that falls keeps the
present model. Source: SPEC NL-5.
"""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app import clock, language_model
from app.domain.flows.vocabulary import INTENTS
from app.domain.promotion import GUARDED, Fall, Shadow, falls, figure, shadow
from app.domain.reading_figures import Line, Read, figures, read_lines
from app.language_model import LanguageError, bot_command, bot_environ
from app.settings import ROOT, SettingsError, load

TESTS = ROOT / "data" / "nlu_test"
REPLAYED_FOR = timedelta(days=30)
MOST_REPLAYED = 1_000


@dataclass(frozen=True, slots=True)
class Trained:
    """A model that is on the shelf now; `present` is the one that is served, `learnt` counts accepted labels."""

    name: str
    is_new: bool
    examples: int
    learnt: int
    seconds: float
    present: str | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a promotion would change: guarded figures before and after, those that fall, and texts of real people."""

    guarded: list[tuple[str, float, float]]
    falls: list[Fall]
    shadow: Shadow | None


def train() -> Trained:
    """The model of the present data and the accepted labels, trained unless it is there. Raises LanguageError."""
    learnt = _of_installation(_learnt, [])
    command = bot_command("train", ["--no-promote", "--json", *(["--learnt"] if learnt else [])])
    told = json.dumps(learnt)
    done = subprocess.run(
        command, env=bot_environ(), input=told, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        raise LanguageError("the language model could not be trained: what it says stands above")
    facts = json.loads(done.stdout.splitlines()[-1])
    seconds = facts.get("train_seconds", 0.0)
    return Trained(facts["name"], facts["is_new"], facts["examples"], len(learnt), seconds, _present())


def compare(trained: Trained) -> Comparison | None:
    """How the new model reads beside the present one; None where there is none to compare it with."""
    if trained.present is None:
        return None
    lines = [
        line for path in sorted(TESTS.glob("*.tsv")) for line in read_lines(path.read_text("utf-8"), INTENTS)
    ]
    replayed = [Line(text, "unknown") for text in _of_installation(_recent, [])]
    before, after = (_read([*lines, *replayed], name) for name in (trained.present, trained.name))
    present, candidate = figures(before[: len(lines)]), figures(after[: len(lines)])
    seen = shadow(before[len(lines) :], after[len(lines) :]) if replayed else None
    guarded = [(name, figure(present, name), figure(candidate, name)) for name in GUARDED]
    return Comparison(guarded, falls(present, candidate), seen)


def _read(lines: Sequence[Line], model: str) -> list[Read]:
    _, reads = language_model.read_all(
        lines, language_model.shipped_rules(), language_model.with_trained(model)
    )
    return reads


def _present() -> str | None:
    try:
        return language_model.current_model()
    except LanguageError:
        return None


def _of_installation(ask: Any, otherwise: Any) -> Any:
    """What the installation's database says; a checkout that was never initialised has nothing to say."""
    from app.wiring import build_parts

    try:
        parts = build_parts(load())
    except SettingsError:
        return otherwise
    try:
        return ask(parts)
    finally:
        parts.store.close()


def _learnt(parts: Any) -> list[tuple[str, str]]:
    from app.usecases.labels import learnt

    return learnt(parts)


def _recent(parts: Any) -> list[str]:
    from app.reads.labels import recent_texts

    with parts.store.read() as session:
        return recent_texts(session, clock.now() - REPLAYED_FOR, MOST_REPLAYED)
