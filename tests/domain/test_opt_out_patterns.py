"""Sentences that opt out, and sentences that only look like it: one a line in `opt_out_sentences/`."""

from pathlib import Path

import opencc

from app.domain.opt_out import OptOutByRule, judge_opt_out
from app.domain.opt_out_patterns import sounds_like_opt_out
from app.domain.text import fold
from tests.domain.rule_data import shipped

FOLDER = Path(__file__).parent / "opt_out_sentences"


def sentences(name: str) -> list[str]:
    return (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()


OPTS_OUT = [text for script in ("zh", "zh_hant", "en") for text in sentences(f"opts_out_{script}")]
STAYS = [text for script in ("zh", "zh_hant", "en") for text in sentences(f"stays_{script}")]


def opts_out(text: str) -> bool:
    """By word or pattern, with an open question that offers T, so that words of ambiguity do not count."""
    found = judge_opt_out(
        shipped().opt_out_words,
        text,
        offered=None,
        has_open_question=True,
        open_choices=frozenset({"t"}),
        channel="mainland",
    )
    return isinstance(found, OptOutByRule)


def test_both_tables_are_large() -> None:
    assert len(OPTS_OUT) >= 300
    assert len(STAYS) >= 300


def test_opts_out() -> None:
    assert [text for text in OPTS_OUT if not opts_out(text)] == []


def test_stays() -> None:
    assert [text for text in STAYS if opts_out(text)] == []


def test_traditional_chinese_is_heard_as_simplified() -> None:
    traditional = opencc.OpenCC("s2t")
    for text in sentences("opts_out_zh"):
        assert opts_out(traditional.convert(text)), text
    for text in sentences("stays_zh"):
        assert not opts_out(traditional.convert(text)), text


def test_tells_the_clause_and_its_language() -> None:
    heard = sounds_like_opt_out(fold("你们太烦了！別再給我發短信了，谢谢"))
    assert heard is not None
    assert (heard.words, heard.language) == ("别再给我发短信了", "zh")
    heard = sounds_like_opt_out(fold("Who is this? Please stop texting me."))
    assert heard is not None
    assert (heard.words, heard.language) == ("please stop texting me", "en")


def test_leaves_long_texts_to_the_language_model() -> None:
    assert sounds_like_opt_out("stop texting me " * 40) is None
