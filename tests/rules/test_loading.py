"""Reading the rule data, and the page made of it."""

import shutil
from pathlib import Path

import pytest

from app.rules import RULES_FOLDER, load_rules
from app.rules.files import RuleDataError
from app.rules_page import page

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_of_the_rules_is_current() -> None:
    assert (DOCS / "rules.md").read_text(encoding="utf-8") == page(load_rules())


@pytest.mark.parametrize(
    ("file", "content", "complaint"),
    [
        ("opt_out_words.yml", "opt_out: [", "opt_out_words.yml: is no YAML"),
        ("opt_out_words.yml", "[]", "opt_out_words.yml: is to be a mapping"),
        ("opt_out_words.yml", "around: {source: x}\nopt_out: []", "`opt_out` is to be a list"),
        ("opt_out_words.yml", "around: {source: x}\nopt_out: [T]", "opt_out, row 1: is to be a mapping"),
        (
            "opt_out_words.yml",
            "around: {source: x}\nopt_out: [{word: NO, language: en, scope: all, when: always, source: x}]",
            "opt_out, row 1: `word` is to be a text; put quotes around words such as N, NO or 002",
        ),
        (
            "opt_out_words.yml",
            "around: {source: x}\nopt_out: [{word: T, language: zh, scope: all, when: sometimes, source: x}]",
            "opt_out, row 1: 'sometimes' is not a valid When",
        ),
        ("transactional_events.yml", "transactional: [{event: order.}]", "row 1: `source` is to be a text"),
        (
            "promotional_words.yml",
            "promotional: [{word: x, source: y}]",
            "row 1: `is_offer` is to be true or false",
        ),
        (
            "delivery_codes.yml",
            "delivery_codes: [{provider: p, kind: dead, codes: [1], source: x}]",
            "row 1: `codes` is to be a list of texts",
        ),
        (
            "channel_styles.yml",
            (
                "channel_styles: [{style: mainland, profile: gsm, reserves_brackets: true, source: x,"
                " opt_out: {zh: {wording: 再见, word: T}, en: {wording: 退订回T, word: T}}}]"
            ),
            "row 1: nobody can tell from '再见' that it promises 'T'",
        ),
        (
            "send_windows.yml",
            "send_windows: [{industry: other, windows: ['20:00-10:00'], source: x}]",
            "row 1: the window '20:00-10:00' ends before it starts",
        ),
        (
            "send_windows.yml",
            "send_windows: [{industry: retail, windows: ['10:00-11:00'], source: x}]",
            "no row for the industry `other`",
        ),
        (
            "retention.yml",
            "retention: [{log: decisions, keep_days: 183, source: x}]",
            "row 1: `keep_days` of decisions has to be 184 or more",
        ),
        (
            "retention.yml",
            "retention: [{log: messages, keep_days: 365, source: x}]",
            "row 1: `keep_days` of messages has to be 366 or more",
        ),
        (
            "retention.yml",
            "retention: [{log: audit, keep_days: 400, source: x}]",
            "row 1: `log` can be decisions or messages; the others are kept for good",
        ),
        (
            "look_alikes.yml",
            "look_alikes: [{stands_for: ab, written: [c], source: x}]",
            "row 1: `stands_for` and each of `written` are to be one character",
        ),
        (
            "blocked_words.yml",
            "blocked_words: [{category: x, severity: shout, words: [y], source: x}]",
            "row 1: 'shout' is not a valid Severity",
        ),
        (
            "absolute_claims.yml",
            "absolute_claims: [{category: x, severity: warn, words: [' '], source: x}]",
            "row 1: `words` is to list at least one word",
        ),
    ],
)
def test_says_which_row_is_wrong_and_how_to_mend_it(
    tmp_path: Path, file: str, content: str, complaint: str
) -> None:
    folder = shutil.copytree(RULES_FOLDER, tmp_path / "rules")
    (folder / file).write_text(content, encoding="utf-8")
    with pytest.raises(RuleDataError) as error:
        load_rules(folder)
    assert complaint in str(error.value)


def test_says_which_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(RuleDataError, match=r"opt_out_words\.yml: cannot be read"):
        load_rules(tmp_path)
