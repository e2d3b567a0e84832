"""Trains the model that `config.yml` and `data/nlu/` describe, unless that very model is there already."""

import argparse
import contextlib
import hashlib
import io
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import yaml

from app.domain.text import bare, fold
from bot.examples import ExamplesRefused, read_examples, write_examples
from bot.shelf import ROOT, Model, Shelf, ShelfError, recipe_hash, var_folder

Learnt = Sequence[tuple[str, str]]
"""Messages that staff have corrected and reviewed, each with its intent."""


def train(shelf: Shelf, learnt: Learnt = ()) -> Model:
    """The model of the present inputs: the one on the shelf, or a new one. It is not promoted."""
    name = f"huixin-{recipe_hash()}" + (f"-{_digest(learnt)}" if learnt else "")
    with contextlib.suppress(ShelfError):
        return shelf.whole(name)
    written, examples = _examples(learnt)
    shelf.folder.mkdir(parents=True, exist_ok=True)
    print(
        "training the language model (a minute or two; longer on a busy machine) ...",
        file=sys.stderr,
        flush=True,
    )
    began = time.monotonic()
    with tempfile.TemporaryDirectory(dir=shelf.folder) as scratch, contextlib.redirect_stdout(io.StringIO()):
        os.environ["RASA_CACHE_DIRECTORY"] = scratch
        with _meanings(shelf.folder, written) as meanings:
            trained = _train_with_rasa(Path(scratch), name, examples, meanings)
        facts = {
            **_facts(examples),
            "learnt": len(learnt),
            "train_seconds": round(time.monotonic() - began, 1),
        }
        return shelf.add(name, trained, facts)


@contextlib.contextmanager
def _meanings(folder: Path, texts: Sequence[str]) -> Iterator[Callable[[], Mapping[str, Any]]]:
    """What the encoders say of these texts; others say it while this process imports Rasa."""
    from bot.known_meanings import KnownMeanings

    with ThreadPoolExecutor(1) as beside:
        yield beside.submit(KnownMeanings(folder).of, texts).result


def _train_with_rasa(
    folder: Path, name: str, examples: Learnt, meanings: Callable[[], Mapping[str, Any]]
) -> Path:
    from rasa.model_training import train_nlu

    from bot.features import knowing

    data = folder / "examples"
    data.mkdir()
    write_examples(data, examples)
    with knowing(meanings()):
        trained = train_nlu(
            config=str(ROOT / "config.yml"),
            nlu_data=str(data),
            domain=str(ROOT / "bot" / "domain.yml"),
            output=str(folder),
            fixed_model_name=name,
        )
    if not trained:
        raise ShelfError("Rasa trained no model; what it says stands above")
    return Path(trained)


def _examples(learnt: Learnt) -> tuple[list[str], list[tuple[str, str]]]:
    """The written texts; and all examples with what has been learnt: of two with one text, what was learnt counts."""
    domain = yaml.safe_load((ROOT / "bot" / "domain.yml").read_text("utf-8"))
    files = sorted((ROOT / "data" / "nlu").glob("*.yml"))
    try:
        written = read_examples(files, frozenset(domain["intents"]))
    except ExamplesRefused as refused:
        raise ShelfError("\n".join(f"data/nlu/{problem}" for problem in refused.problems)) from None
    corrected = {_key(text): (text, intent) for text, intent in learnt}
    kept = [(one.text, one.intent) for one in written if _key(one.text) not in corrected]
    return [one.text for one in written], kept + list(corrected.values())


def _key(text: str) -> str:
    return bare(text) or fold(text)


def _digest(learnt: Learnt) -> str:
    told = json.dumps(sorted(learnt), ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()[:8]


def _facts(examples: Learnt) -> dict[str, Any]:
    """How many training lines the model has seen, in all and for each intent."""
    counts = Counter(intent for _, intent in examples)
    return {"examples": len(examples), "examples_per_intent": dict(sorted(counts.items()))}


def main(arguments: list[str]) -> int:
    """The command; 0 when the model is there and, unless told otherwise, current."""
    parser = argparse.ArgumentParser(prog="python -m bot train", description=__doc__)
    parser.add_argument("--no-promote", action="store_true", help="keep serving the present model")
    parser.add_argument(
        "--learnt", action="store_true", help="more examples on stdin: a JSON list of [text, intent]"
    )
    parser.add_argument("--json", action="store_true", help="tell the model as one JSON document")
    options = parser.parse_args(arguments)
    learnt = [(str(text), str(intent)) for text, intent in json.load(sys.stdin)] if options.learnt else []
    shelf = Shelf(var_folder() / "models")
    known = {model.name for model in shelf.models()}
    model = train(shelf, learnt)
    if not options.no_promote:
        shelf.promote(model.name)
    if options.json:
        print(json.dumps({"name": model.name, "is_new": model.name not in known, **model.facts}))
        return 0
    news = "there already" if model.name in known else f"trained in {model.facts['train_seconds']} s"
    print(f"{model.name}: {model.facts['examples']} examples, {news}")
    return 0
