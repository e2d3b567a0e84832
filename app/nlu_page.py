"""Writes the figures of the current language model into `docs/nlu.md`: `python -m app.nlu_page`."""

import os
import platform
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from app.domain.flows.vocabulary import INTENTS
from app.domain.reading_figures import Line, read_lines
from app.language_model import LanguageError, document, read_all, shipped_rules, with_trained
from app.settings import ROOT

PAGE = ROOT / "docs" / "nlu.md"
TESTS = ROOT / "data" / "nlu_test"
BEGIN, END = "<!-- figures: begin -->\n", "<!-- figures: end -->\n"
"""What stands between them is written by this module."""
CONFUSED = 12
"""How many kinds of mistake are told."""

_HEAD = """Written by `python -m app.nlu_page` for the model `{model}` ({machine}).
Rules and model together; 95 % intervals in brackets.

| lines | n | accuracy | macro-F1 | Chinese | English | a parse, p50 / p95 |
|---|---|---|---|---|---|---|
| to reach | | .92 | .92 | within .03 | of each other | 35 ms |
"""
_GUARDED = """
| lines | out at once: precision / recall | at once or asked | others: out / asked | complaint: precision / recall |
|---|---|---|---|---|
| to reach | .985 / .85 | .98 | .0050 / .0300 | .88 / .93 |
"""
_INTENTS = """
By intent, on `{name}`:

| intent | n | precision | recall |
|---|---|---|---|
"""
_CONFUSIONS = """
What is taken for what most often there:

| meant | taken for | lines |
|---|---|---|
"""


def with_figures(text: str, documents: Mapping[str, Mapping[str, Any]], machine: str) -> str:
    """The page with new figures: `documents` are `language_model.document`, by the name of the file of lines; the
    last one's intents and confusions are told. Raises ValueError where the page has no place for them."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page has no lines {BEGIN.strip()} and {END.strip()}")
    return "".join([before, begin, _figures(documents, machine), end, after])


def _figures(documents: Mapping[str, Mapping[str, Any]], machine: str) -> str:
    name, last = list(documents.items())[-1]
    intents = sorted(last["per_intent"].items(), key=lambda one: one[1]["recall"])
    return "".join(
        [
            _HEAD.format(model=last["model"], machine=machine),
            *(_row(f"`{file}`", *_accuracy(told)) for file, told in documents.items()),
            _GUARDED,
            *(_row(f"`{file}`", *_guarded(told)) for file, told in documents.items()),
            _INTENTS.format(name=name),
            *(
                _row(intent, told["n"], _rate(told["precision"]), _with(told, "recall"))
                for intent, told in intents
            ),
            _CONFUSIONS,
            *(_row(one["intent"], one["guessed"], one["n"]) for one in last["confusions"][:CONFUSED]),
        ]
    )


def _accuracy(told: Mapping[str, Any]) -> Sequence[str | int]:
    took, languages = told["latency"], told["per_language"]
    return (
        told["n"],
        _with(told, "accuracy"),
        _rate(told["macro_f1"]),
        *(_rate(languages[one]["accuracy"]) if one in languages else "-" for one in ("zh", "en")),
        f"{took['p50']} / {took['p95']} ms",
    )


def _guarded(told: Mapping[str, Any]) -> Sequence[str]:
    out, complaint = told["opt_out"], told["per_intent"].get("complaint", {})
    return (
        f"{_rate(out['sure_precision'])} / {_rate(out['sure_recall'])}",
        f"{_rate(out['sure_or_asked_recall'])} {_interval(out['sure_or_asked_interval'])}",
        f"{_rate(out['opted_out_of_others'], 4)} / {_rate(out['asked_of_others'], 4)}",
        f"{_rate(complaint['precision'])} / {_with(complaint, 'recall')}" if complaint else "-",
    )


def _with(told: Mapping[str, Any], name: str) -> str:
    return f"{_rate(told[name])} {_interval(told[f'{name}_interval'])}"


def _interval(ends: Sequence[float]) -> str:
    return f"[{_rate(ends[0])}, {_rate(ends[1])}]"


def _rate(share: float, digits: int = 3) -> str:
    return f"{share:.{digits}f}".removeprefix("0")


def _row(*cells: object) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |\n"


def _lines(name: str) -> list[Line]:
    return read_lines((TESTS / name).read_text(encoding="utf-8"), INTENTS)


def main() -> None:
    """Reads every file of test lines with the current model, and writes the page."""
    files = {name: _lines(name) for name in sorted(path.name for path in TESTS.glob("*.tsv"))}
    rules = shipped_rules()
    documents = {}
    for name, lines in sorted(files.items(), key=lambda one: len(one[1])):
        model, reads = read_all(lines, rules, with_trained(None))
        documents[name] = document(model, reads)
    machine = f"{os.cpu_count()} cores, {platform.system()}-{platform.release()}"
    PAGE.write_text(with_figures(PAGE.read_text("utf-8"), documents, machine), encoding="utf-8")


if __name__ == "__main__":
    try:
        main()
    except LanguageError as error:
        sys.exit(str(error))
