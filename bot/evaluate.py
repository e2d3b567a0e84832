"""Measures a model on labelled lines (text, intent, language, tabs between): what is right, and how fast."""

import argparse
import asyncio
import json
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bot.shelf import Model, Shelf, ShelfError, var_folder


class Line(NamedTuple):
    """One labelled message."""

    text: str
    intent: str
    language: str


class Guess(NamedTuple):
    """What the model made of one line."""

    intent: str
    confidence: float
    milliseconds: float


def read_lines(path: Path) -> list[Line]:
    """The labelled lines of a file; ShelfError names the first that is none. A header line is passed over."""
    lines: list[Line] = []
    for number, raw in enumerate(path.read_text("utf-8").splitlines(), start=1):
        fields = raw.split("\t")
        if not raw.strip() or (number == 1 and fields[0] == "text"):
            continue
        if len(fields) < 2 or not fields[0].strip():
            raise ShelfError(f"{path}:{number}: expected text<TAB>intent<TAB>language")
        lines.append(Line(fields[0], fields[1].strip(), fields[2].strip() if len(fields) > 2 else "unknown"))
    if not lines:
        raise ShelfError(f"{path} holds no line to test on")
    return lines


def guess(model: Model, lines: Sequence[Line]) -> list[Guess]:
    """Each line parsed alone, as the server does it, by the warm model."""
    from bot.serve import load, plain

    agent = load(model)

    async def run() -> list[Guess]:
        guesses = []
        for line in lines:
            began = time.perf_counter()
            parsed = await agent.parse_message(plain(line.text) or "?")
            spent = (time.perf_counter() - began) * 1000
            guesses.append(Guess(parsed["intent"]["name"], parsed["intent"]["confidence"], spent))
        return guesses

    return asyncio.run(run())


def report(lines: Sequence[Line], guesses: Sequence[Guess]) -> dict[str, Any]:
    """All figures as one JSON-ready document; rates are shares of 1, latency is in milliseconds."""
    pairs = [(line.intent, guessed.intent) for line, guessed in zip(lines, guesses, strict=True)]
    per_intent = {intent: _scores(pairs, intent) for intent in sorted({true for true, _ in pairs})}
    languages = sorted({line.language for line in lines})
    missed = Counter((true, guessed) for true, guessed in pairs if true != guessed)
    times = sorted(guessed.milliseconds for guessed in guesses)
    return {
        "n": len(lines),
        "accuracy": _accuracy(pairs),
        "macro_f1": round(sum(scores["f1"] for scores in per_intent.values()) / len(per_intent), 4),
        "per_intent": per_intent,
        "per_language": {
            language: {
                "accuracy": _accuracy(
                    [pair for pair, line in zip(pairs, lines, strict=True) if line.language == language]
                ),
                "n": sum(line.language == language for line in lines),
            }
            for language in languages
        },
        "opt_out": _opt_out(lines, guesses),
        "confusions": [{"intent": t, "guessed": g, "n": n} for (t, g), n in missed.most_common(20)],
        "latency": {"p50": round(times[len(times) // 2], 1), "p95": round(times[int(len(times) * 0.95)], 1)},
    }


def _accuracy(pairs: Sequence[tuple[str, str]]) -> float:
    return round(sum(true == guessed for true, guessed in pairs) / len(pairs), 4)


def _scores(pairs: Sequence[tuple[str, str]], intent: str) -> dict[str, Any]:
    right = sum(true == guessed == intent for true, guessed in pairs)
    guessed_so = sum(guessed == intent for _, guessed in pairs)
    n = sum(true == intent for true, _ in pairs)
    precision, recall = right / guessed_so if guessed_so else 0.0, right / n if n else 0.0
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4), "n": n}


def _opt_out(lines: Sequence[Line], guesses: Sequence[Guess]) -> dict[str, Any]:
    """Opt-out at several bars: `recall` of wishes at or over it, `wrongful` share of all other messages."""
    wishes = [g for line, g in zip(lines, guesses, strict=True) if line.intent == "opt_out"]
    others = [g for line, g in zip(lines, guesses, strict=True) if line.intent != "opt_out"]

    def share(guessed: Sequence[Guess], bar: float) -> float:
        hits = sum(g.intent == "opt_out" and g.confidence >= bar for g in guessed)
        return round(hits / len(guessed), 4) if guessed else 0.0

    return {
        "n": len(wishes),
        "at": {
            str(bar): {"recall": share(wishes, bar), "wrongful": share(others, bar)}
            for bar in (0.0, 0.4, 0.6, 0.8)
        },
    }


def _print_table(name: str, figures: dict[str, Any]) -> None:
    latency, accuracy, macro_f1 = figures["latency"], figures["accuracy"], figures["macro_f1"]
    print(f"{name}: {figures['n']} lines, accuracy {accuracy:.3f}, macro-F1 {macro_f1:.3f}")
    print(f"a parse takes {latency['p50']} ms (p50), {latency['p95']} ms (p95)")
    for language, scores in figures["per_language"].items():
        print(f"  {language:<16} accuracy {scores['accuracy']:.3f}   n {scores['n']}")
    for intent, scores in figures["per_intent"].items():
        precision, recall = scores["precision"], scores["recall"]
        print(f"  {intent:<16} precision {precision:.3f}  recall {recall:.3f}  n {scores['n']}")
    for missed in figures["confusions"]:
        print(f"  {missed['n']:>3} x {missed['intent']} taken for {missed['guessed']}")


def main(arguments: list[str]) -> int:
    """The command; 0 when it could measure."""
    parser = argparse.ArgumentParser(prog="huixin bot evaluate", description=__doc__)
    parser.add_argument("--test", type=Path, required=True, metavar="FILE")
    parser.add_argument("--model", metavar="NAME", help="another than the current one")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--misses", action="store_true", help="list each line taken for something else")
    options = parser.parse_args(arguments)
    shelf = Shelf(var_folder() / "models")
    lines = read_lines(options.test)
    model = shelf.whole(options.model) if options.model else shelf.current()
    guesses = guess(model, lines)
    figures = {"model": model.name, **report(lines, guesses)}
    if options.json:
        print(json.dumps(figures, ensure_ascii=False, indent=1))
        return 0
    _print_table(model.name, figures)
    for line, guessed in zip(lines, guesses, strict=True) if options.misses else ():
        if line.intent != guessed.intent:
            print(f"{line.text}\t{line.intent}\t{guessed.intent}\t{guessed.confidence:.2f}")
    return 0
