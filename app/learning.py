"""The learning loop: trains with what staff have corrected, and compares the new model with the present one.

Both read the written test lines, and in shadow the texts of the last 30 days; a guarded figure that falls keeps the
present model. Source: SPEC NL-5.
"""

import hashlib
import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from app import clock, language_model
from app.domain.flows.vocabulary import INTENTS
from app.domain.promotion import GUARDED, Fall, Shadow, falls, figure, shadow
from app.domain.reading_figures import Line, Read, figures, read_lines
from app.domain.whole_reading import Rules
from app.flow_files import SHIPPED
from app.language_model import LanguageError, bot_command, bot_environ
from app.reads.labels import recent_texts
from app.rules import RULES_FOLDER
from app.settings import ROOT
from app.usecases.parts import Parts

TESTS = ROOT / "data" / "nlu_test"
REPLAYED_FOR = timedelta(days=30)
MOST_REPLAYED = 1_000
READING = (RULES_FOLDER, SHIPPED, ROOT / "app" / "domain", ROOT / "app" / "rules")
"""What reads a line beside the model."""
Learnt = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Trained:
    """A model that is on the shelf now; `present` is the one that is served, `damaged` one that no longer can be;
    `learnt` counts accepted labels."""

    name: str
    is_new: bool
    examples: int
    learnt: int
    seconds: float
    present: str | None
    damaged: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a promotion would change: guarded figures before and after, those that fall, and texts of real people."""

    guarded: list[tuple[str, float, float]]
    falls: list[Fall]
    shadow: Shadow | None


def train(learnt: Learnt) -> Trained:
    """The model of the present data and the accepted labels, trained unless it is there. Raises LanguageError."""
    command = bot_command("train", ["--no-promote", "--json", *(["--learnt"] if learnt else [])])
    told = json.dumps(learnt)
    done = subprocess.run(
        command, env=bot_environ(), input=told, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        raise LanguageError("the language model could not be trained: what it says stands above")
    facts = json.loads(done.stdout.splitlines()[-1])
    about = (facts["name"], facts["is_new"], facts["examples"], len(learnt), facts.get("train_seconds", 0.0))
    present = _present()
    if present is not None and not language_model.is_whole(present):
        return Trained(*about, None, present)
    return Trained(*about, present)


def compare(trained: Trained, texts: Sequence[str]) -> Comparison | None:
    """How both models read the test lines, and `texts` in shadow; None where none is served."""
    if trained.present is None:
        return None
    lines = [
        line for path in sorted(TESTS.glob("*.tsv")) for line in read_lines(path.read_text("utf-8"), INTENTS)
    ]
    replayed = [Line(text, "unknown") for text in texts]
    rules = language_model.shipped_rules()
    models = (trained.present, trained.name)
    before, after = (_read([*lines, *replayed], rules, name) for name in models)
    present, candidate = figures(before[: len(lines)]), figures(after[: len(lines)])
    seen = shadow(before[len(lines) :], after[len(lines) :]) if replayed else None
    guarded = [(name, figure(present, name), figure(candidate, name)) for name in GUARDED]
    return Comparison(guarded, falls(present, candidate), seen)


def refused_before(trained: Trained) -> list[Fall]:
    """What got worse when this very model was compared with the present one on the same lines and rules; empty where
    that has not been found out yet."""
    try:
        told = json.loads(_refusals().read_text("utf-8"))
        falls = [Fall(*one) for one in told["falls"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return falls if not trained.is_new and told.get("about") == _about(trained) else []


def remember_refusal(trained: Trained, falls: Sequence[Fall]) -> None:
    """Keeps what got worse, so that the next start need not read every line anew to say it again."""
    told = {"about": _about(trained), "falls": [[one.figure, one.before, one.after] for one in falls]}
    draft = _refusals().with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps(told), "utf-8")
    draft.replace(_refusals())


def _refusals() -> Path:
    return language_model.models_folder() / "refused"


def _about(trained: Trained) -> dict[str, str | None]:
    """What the outcome of a comparison depends on: both models, the lines, the rules before them and our code."""
    files = sorted(TESTS.glob("*.tsv"))
    for folder in READING:
        files += sorted(path for path in folder.rglob("*") if path.suffix in (".py", ".yml"))
    digest = hashlib.sha256()
    for path in files:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return {"model": trained.name, "present": trained.present, "inputs": digest.hexdigest()}


def _read(lines: Sequence[Line], rules: Rules, model: str) -> list[Read]:
    _, reads = language_model.read_all(lines, rules, language_model.with_trained(model))
    return reads


def _present() -> str | None:
    try:
        return language_model.current_model()
    except LanguageError:
        return None


def recent(parts: Parts) -> list[str]:
    """What real people wrote lately, to be replayed."""
    with parts.store.read() as session:
        return recent_texts(session, clock.now() - REPLAYED_FOR, MOST_REPLAYED)
