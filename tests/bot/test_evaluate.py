"""The figures that `bot evaluate` reports."""

from pathlib import Path

import pytest

from bot.evaluate import Guess, Line, read_lines, report
from bot.shelf import ShelfError


def test_figures_of_a_small_set() -> None:
    lines = [Line("退订", "opt_out", "zh"), Line("stop", "opt_out", "en"), Line("hi", "greeting", "en")]
    guesses = [Guess("opt_out", 0.9, 1.0), Guess("greeting", 0.5, 2.0), Guess("greeting", 0.8, 3.0)]
    figures = report(lines, guesses)
    assert figures["accuracy"] == 0.6667
    assert figures["macro_f1"] == 0.6667
    assert figures["per_intent"]["opt_out"] == {"precision": 1.0, "recall": 0.5, "f1": 0.6667, "n": 2}
    assert figures["per_language"] == {"en": {"accuracy": 0.5, "n": 2}, "zh": {"accuracy": 1.0, "n": 1}}
    assert figures["opt_out"]["at"]["0.6"] == {"recall": 0.5, "wrongful": 0.0}
    assert figures["confusions"] == [{"intent": "opt_out", "guessed": "greeting", "n": 1}]
    assert figures["latency"] == {"p50": 2.0, "p95": 3.0}


def test_a_line_without_an_intent_is_named(tmp_path: Path) -> None:
    path = tmp_path / "lines.tsv"
    path.write_text("text\tintent\tlang\n退订\topt_out\tzh\nbroken\n", "utf-8")
    with pytest.raises(ShelfError, match=r"lines\.tsv:3"):
        read_lines(path)


def test_an_empty_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "lines.tsv"
    path.write_text("\n", "utf-8")
    with pytest.raises(ShelfError, match="no line"):
        read_lines(path)
