"""Trains the model that `config.yml` and `data/nlu/` describe, unless that very model is there already."""

import argparse
import contextlib
import io
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from bot.shelf import ROOT, Model, Shelf, ShelfError, recipe_hash, var_folder


def train(shelf: Shelf) -> Model:
    """The model of the present inputs: the one on the shelf, or a new one. It is not promoted."""
    name = f"huixin-{recipe_hash()}"
    with contextlib.suppress(ShelfError):
        return shelf.whole(name)
    shelf.folder.mkdir(parents=True, exist_ok=True)
    print(
        "training the language model (a minute or two; longer on a busy machine) ...",
        file=sys.stderr,
        flush=True,
    )
    began = time.monotonic()
    with tempfile.TemporaryDirectory(dir=shelf.folder) as scratch, contextlib.redirect_stdout(io.StringIO()):
        os.environ["RASA_CACHE_DIRECTORY"] = scratch
        trained = _train_with_rasa(Path(scratch), name)
        facts = {**_examples(), "train_seconds": round(time.monotonic() - began, 1)}
        return shelf.add(name, trained, facts)


def _train_with_rasa(folder: Path, name: str) -> Path:
    from rasa.model_training import train_nlu

    trained = train_nlu(
        config=str(ROOT / "config.yml"),
        nlu_data=str(ROOT / "data" / "nlu"),
        domain=str(ROOT / "bot" / "domain.yml"),
        output=str(folder),
        fixed_model_name=name,
    )
    if not trained:
        raise ShelfError("Rasa trained no model; what it says stands above")
    return Path(trained)


def _examples() -> dict[str, Any]:
    """How many training lines the model has seen, in all and for each intent."""
    counts: Counter[str] = Counter()
    for path in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        counts[path.stem] = sum(line.startswith("    - ") for line in path.read_text("utf-8").splitlines())
    return {"examples": sum(counts.values()), "examples_per_intent": dict(counts)}


def main(arguments: list[str]) -> int:
    """The command; 0 when the model is there and, unless told otherwise, current."""
    parser = argparse.ArgumentParser(prog="huixin bot train", description=__doc__)
    parser.add_argument("--no-promote", action="store_true", help="keep serving the present model")
    options = parser.parse_args(arguments)
    shelf = Shelf(var_folder() / "models")
    known = {model.name for model in shelf.models()}
    model = train(shelf)
    if not options.no_promote:
        shelf.promote(model.name)
    news = "there already" if model.name in known else f"trained in {model.facts['train_seconds']} s"
    print(f"{model.name}: {model.facts['examples']} examples, {news}")
    return 0
