"""Keeps the trained models: their files, what is known of each, and which one is current."""

import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
"""The checkout: `config.yml` and `data/` stand here."""

INPUTS = (
    "config.yml",
    "bot/domain.yml",
    "bot/requirements.txt",
    "app/domain/text.py",
    "bot/calibration.py",
    "bot/features.py",
    "bot/examples.py",
)
INPUT_FOLDERS = ("data/nlu", "bot/components")


class ShelfError(Exception):
    """A model that is not there, not whole, or not to be had; the message is one line for an operator."""


@dataclass(frozen=True)
class Model:
    """One trained model on disk."""

    name: str
    path: Path
    sha256: str
    facts: dict[str, Any]


def var_folder() -> Path:
    """The folder for what is made at run time: HUIXIN_VAR, else `var/` of the checkout."""
    return Path(os.environ.get("HUIXIN_VAR") or ROOT / "var").resolve()


def recipe_hash(root: Path = ROOT) -> str:
    """Twelve hex digits of all that a model is made from: the same inputs give the same name."""
    files = [root / name for name in INPUTS]
    for folder in INPUT_FOLDERS:
        files += sorted(path for path in (root / folder).iterdir() if path.suffix in (".yml", ".py"))
    digest = hashlib.sha256()
    for path in files:
        digest.update(f"{path.relative_to(root)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


def sha256_of(path: Path) -> str:
    """The file's digest in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


class Shelf:
    """The models of one folder and the pointer `current`, which also remembers what came before."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._pointer = folder / "current"

    def models(self) -> list[Model]:
        """All models with their facts, oldest first."""
        records = sorted(self.folder.glob("*.json"), key=lambda path: (path.stat().st_mtime, path.name))
        return [self.model(path.stem) for path in records]

    def model(self, name: str) -> Model:
        """One model's record, its file unchecked; ShelfError if it is not known."""
        try:
            facts = json.loads((self.folder / f"{name}.json").read_text("utf-8"))
            return Model(name, self.folder / f"{name}.tar.gz", str(facts["sha256"]), facts)
        except (OSError, ValueError, KeyError):
            raise ShelfError(f"no model {name!r} in {self.folder}: `huixin bot models` lists them") from None

    def whole(self, name: str) -> Model:
        """The model, its file there and byte for byte the one that was trained; else ShelfError."""
        model = self.model(name)
        if not model.path.is_file():
            raise ShelfError(f"the file of model {name} is missing: run `huixin bot train`")
        if sha256_of(model.path) != model.sha256:
            raise ShelfError(f"the file of model {name} is damaged: delete it and run `huixin bot train`")
        return model

    def add(self, name: str, trained: Path, facts: dict[str, Any]) -> Model:
        """Moves a freshly trained file in and records its digest."""
        digest = sha256_of(trained)
        os.replace(trained, self.folder / f"{name}.tar.gz")
        _write_whole(self.folder / f"{name}.json", {"sha256": digest, **facts})
        return self.model(name)

    def current_name(self) -> str:
        """The name that the pointer holds; ShelfError without one."""
        history = self._history()
        if not history:
            raise ShelfError("no model has been trained yet: run `huixin bot train`")
        return history[-1]

    def current(self) -> Model:
        """The model to serve, verified."""
        return self.whole(self.current_name())

    def promote(self, name: str) -> Model:
        """Points at this model, verified; the one before is remembered for `rollback`, a damaged pointer replaced."""
        model = self.whole(name)
        try:
            history = self._history()
        except ShelfError:
            history = []
        if not history or history[-1] != name:
            _write_whole(self._pointer, {"history": [*history, name][-20:]})
        return model

    def rollback(self) -> Model:
        """Points at the model before the current one; ShelfError if there is none or it is not whole."""
        history = self._history()
        if len(history) < 2:
            raise ShelfError("there is no model to roll back to")
        model = self.whole(history[-2])
        _write_whole(self._pointer, {"history": history[:-1]})
        return model

    def _history(self) -> list[str]:
        if not self._pointer.exists():
            return []
        try:
            return [str(name) for name in json.loads(self._pointer.read_text("utf-8"))["history"]]
        except (OSError, ValueError, KeyError, TypeError):
            raise ShelfError(
                f"the pointer {self._pointer} is damaged: run `huixin bot promote NAME`"
            ) from None


def _write_whole(path: Path, content: dict[str, Any]) -> None:
    """Writes the file so that a reader sees the old content or the new, never half of it."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    os.replace(file.name, path)
