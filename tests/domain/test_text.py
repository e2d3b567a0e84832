"""Folding: one form for what people type."""

import subprocess
import sys

import pytest

from app.domain.text import bare, clean, fold, is_blank, language_of


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("T", "t"),
        ("Ｔ", "t"),
        ("  Stop\u3000 ALL\n", "stop all"),
        ("退訂", "退订"),
        ("別再給我發短信了", "别再给我发短信了"),
        ("T\u200b\ufeff", "t"),
        ("t\x00d", "td"),
        ("\ud800T\udfff", "t"),
        ("①", "1"),
        ("1\ufe0f\u20e3", "1\u20e3"),
        ("Ｓｔｏｐ！", "stop!"),
        ("ＷＥＩẞ", "weiss"),
        ("", ""),
    ],
)
def test_folds(typed: str, folded: str) -> None:
    assert fold(typed) == folded


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("“T”", "t"),
        ("【T】", "t"),
        ("T。", "t"),
        ("👍 好的 🙏🏻", "好的"),
        ("1️⃣", "1"),
        ("...", ""),
        ("😀", ""),
        ("T_T", "t_t"),
        ("(回复 1)", "回复 1"),
    ],
)
def test_bares(typed: str, word: str) -> None:
    assert bare(typed) == word


def test_blank_is_what_shows_nothing() -> None:
    assert all(is_blank(text) for text in ("", " \n\u3000", "\u200b\ufeff", "\x00", "\ud83d"))
    assert not any(is_blank(text) for text in ("?", "😀", "。", "a"))


def test_cleans_only_what_cannot_be_stored() -> None:
    assert clean("a\x00b") == "ab"
    assert clean("a\ud83d\ude00b") == "a😀b"
    assert clean("a\ud83db") == "a\ufffdb"
    assert clean(" 退訂\n👨‍👩‍👧 ") == " 退訂\n👨‍👩‍👧 "


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("你们几点开门", "zh"),
        ("謝謝你們", "zh"),
        ("我要查order", "zh"),
        ("what time do you close", "en"),
        ("please check my 订单 now", "en"),
        ("stop please", "en"),
        ("STOP", None),
        ("Start!", None),
        ("T", None),
        ("谢谢", None),
        ("ok", None),
        ("A20251122", None),
        ("12345678", None),
        ("https://example.com/abcdef", None),
        ("ありがとうございます", None),
        ("", None),
    ],
)
def test_learns_the_language_from_four_letters(text: str, language: str | None) -> None:
    assert language_of(text) == language


def test_imports_nothing_but_the_standard_library_and_opencc() -> None:
    code = (
        "import sys; before = set(sys.modules); import app.domain.text;"
        "print({m.split('.')[0] for m in set(sys.modules) - before} - sys.stdlib_module_names - {'app'})"
    )
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert set(eval(seen)) <= {"opencc", "_opencc", "opencc_clib"}
