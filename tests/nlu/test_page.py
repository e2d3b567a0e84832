"""The figures of the language model in the documentation: whole, and of the model that the present examples make."""

import re

import pytest

from app.domain.reading_figures import Line, Read
from app.domain.whole_reading import OptOut, Reading
from app.language_model import document
from app.nlu_page import BEGIN, END, PAGE, with_figures
from bot.shelf import recipe_hash

READS = [
    Read(Line("别再发了", "opt_out", "zh"), Reading("opt_out", OptOut.SURE, "rule")),
    Read(Line("please no more", "opt_out", "en"), Reading("opt_out", OptOut.ASKED, "model"), 9.0),
    Read(Line("蛋糕坏了", "complaint", "zh"), Reading("complaint", OptOut.NO, "model"), 11.0),
    Read(Line("wrong cake", "complaint", "en"), Reading("refund_return", OptOut.NO, "model"), 12.0),
]


def test_the_page_tells_rates_intervals_and_confusions_and_keeps_its_words() -> None:
    told = document("huixin-1", READS)
    page = with_figures(f"words before\n{BEGIN}old\n{END}words after\n", {"a.tsv": told}, "2 cores")
    assert page.startswith(f"words before\n{BEGIN}Written by")
    assert page.endswith(f"{END}words after\n")
    assert "old" not in page
    assert "`huixin-1` (2 cores)" in page
    rows = [line for line in page.splitlines() if line.startswith("| `a.tsv` |")]
    accuracy, guarded = ([cell.strip() for cell in row.split("|")[2:-1]] for row in rows)
    assert accuracy == ["4", ".750 [.301, .954]", ".833", "1.000", ".500", "11.0 / 12.0 ms"]
    assert guarded == [
        *("1.000 / .500", "1.000 [.342, 1.000]"),
        *(".0000 / .0000", "1.000 / .500 [.095, .905]"),
    ]
    assert "| complaint | refund_return | 1 |" in page


def test_a_page_without_a_place_for_figures_is_refused() -> None:
    with pytest.raises(ValueError, match="figures: begin"):
        with_figures("no place", {}, "2 cores")


def test_the_page_is_of_the_present_model() -> None:
    told = re.findall(r"for the model `(huixin-[0-9a-f]+)`", PAGE.read_text("utf-8"))
    assert told == [f"huixin-{recipe_hash()}"], "run `python -m app.nlu_page`"
