"""A checkout with few examples, from which a model is trained in a quarter of a minute: what it knows is little."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path

from app.settings import ROOT
from bot.examples import read_examples, write_examples

FOLDERS = ("app", "bot", "data", "migrations")
TAUGHT = ("nlu", "nlu_test")
"""The folders of `data` that the school fills itself."""
FILES = ("config.yml", "pyproject.toml")
PYTHON = ROOT / "bot" / ".venv" / "bin" / "python"


def open_school(root: Path, examples: int, also: Sequence[tuple[str, str]] = ()) -> None:
    """Make the checkout; of each intent so many examples are taught, and these texts with theirs.

    The first half of what is taught is asked at its examination.
    """
    for name in FOLDERS:
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns(".venv", "vendor", *TAUGHT))
    for name in FILES:
        shutil.copy(ROOT / name, root / name)
    (root / "bot" / ".venv").symlink_to(ROOT / "bot" / ".venv")
    taught = []
    for file in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        taught += islice(read_examples([file], frozenset({file.stem})), examples)
    for name in TAUGHT:
        (root / "data" / name).mkdir()
    known = {one.text for one in taught}
    more = [(text, intent) for text, intent in also if text not in known]
    write_examples(root / "data" / "nlu", [*((one.text, one.intent) for one in taught), *more])
    asked = [one for one in taught if one.line <= examples // 2]
    lines = "".join(f"{one.text}\t{one.intent}\tzh\n" for one in asked)
    (root / "data" / "nlu_test" / "examination.tsv").write_text("text\tintent\tlang\n" + lines, "utf-8")


def environ_of(root: Path, var: Path) -> Mapping[str, str]:
    """The environment in which commands are those of this checkout."""
    return {**os.environ, "HUIXIN_VAR": str(var), "PYTHONPATH": str(root)}


def train(root: Path, var: Path) -> None:
    """Train the checkout's model; it is current in `var`."""
    command = [str(PYTHON), "-W", "ignore", "-m", "bot", "train"]
    subprocess.run(command, cwd=root, env=environ_of(root, var), check=True, capture_output=True)
