"""The figures that `huixin bot evaluate` reports."""

import pytest

from app.domain.reading_figures import Line, LinesRefused, Read, figures, interval, read_lines
from app.domain.whole_reading import OptOut, Reading

KNOWN = frozenset({"opt_out", "greeting", "deny"})


def read(
    intent: str, taken: str, opt_out: OptOut = OptOut.NO, lang: str = "zh", ms: float | None = 1.0
) -> Read:
    by = "rule" if ms is None else "model"
    return Read(Line("x", intent, lang), Reading(taken, opt_out, by), ms)


def test_figures_of_a_small_set() -> None:
    found = figures(
        [
            read("opt_out", "opt_out", OptOut.SURE, ms=None),
            read("opt_out", "greeting", OptOut.ASKED, "en", 2.0),
            read("greeting", "greeting", lang="en", ms=3.0),
        ]
    )
    assert (found["n"], found["accuracy"], found["macro_f1"]) == (3, 0.6667, 0.6667)
    scores = found["per_intent"]["opt_out"]
    assert (scores["precision"], scores["recall"], scores["f1"], scores["n"]) == (1.0, 0.5, 0.6667, 2)
    assert {name: one["accuracy"] for name, one in found["per_language"].items()} == {"en": 0.5, "zh": 1.0}
    assert found["decided_by"] == {"model": 2, "rule": 1}
    assert found["confusions"] == [{"intent": "opt_out", "guessed": "greeting", "n": 1}]
    assert found["latency"] == {"p50": 3.0, "p95": 3.0}


def test_what_opting_out_costs_those_who_want_it_and_those_who_do_not() -> None:
    found = figures(
        [
            *[read("opt_out", "opt_out", OptOut.SURE)] * 8,
            read("opt_out", "deny", OptOut.ASKED),
            read("opt_out", "deny"),
            *[read("deny", "deny")] * 18,
            read("deny", "opt_out", OptOut.SURE),
            read("deny", "deny", OptOut.ASKED),
        ]
    )["opt_out"]
    assert (found["n"], found["sure_recall"], found["sure_or_asked_recall"]) == (10, 0.8, 0.9)
    assert found["sure_precision"] == 0.8889
    assert (found["opted_out_of_others"], found["asked_of_others"]) == (0.05, 0.05)


@pytest.mark.parametrize(
    ("hits", "n", "expected"),
    [(0, 0, [0, 1]), (0, 10, [0, 0.2775]), (10, 10, [0.7225, 1]), (81, 263, [0.2553, 0.3662])],
)
def test_the_interval_is_wilsons(hits: int, n: int, expected: list[float]) -> None:
    assert interval(hits, n) == expected


def test_a_header_says_where_language_and_last_message_stand_and_further_columns_are_passed_over() -> None:
    assert read_lines("text\tintent\tlast\tlang\tby\n退订吧\topt_out\t活动\tzh\tLi\n", KNOWN) == [
        Line("退订吧", "opt_out", "zh", "活动")
    ]
    assert read_lines("text\tintent\tlang\n退订吧\topt_out\tzh\n", KNOWN) == [Line("退订吧", "opt_out", "zh")]
    assert read_lines("text\tintent\n退订吧\topt_out\n", KNOWN) == [Line("退订吧", "opt_out")]
    assert read_lines("hi\tgreeting\ten\tx\n\n", KNOWN) == [Line("hi", "greeting", "en")]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("text\tintent\n退订\topt_out\nbroken\n", "line 3: expected"),
        ("hi\tsalute\n", "line 1: there is no intent 'salute'"),
        ("\n", "holds no line"),
        ("\topt_out\n", "line 1: expected"),
    ],
)
def test_a_line_that_is_none_is_named(text: str, told: str) -> None:
    with pytest.raises(LinesRefused, match=told):
        read_lines(text, KNOWN)
