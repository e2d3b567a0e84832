"""Words are found in texts however they are written, and the text stays as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.highlighting import pieces


@pytest.mark.parametrize(
    ("text", "wanted", "marked"),
    [
        ("我要投诉，投诉！", "投诉", ["投诉", "投诉"]),
        ("我要投訴", "投诉", ["投訴"]),
        ("Where is my ORDER", "order", ["ORDER"]),
        ("ＡＢＣ and abc", "abc", ["ＡＢＣ", "abc"]),
        ("two  words", "two words", ["two  words"]),
        ("aaa", "aa", ["aa"]),
        ("<script>alert(1)</script>", "<script>", ["<script>"]),
        ("100% sure_thing", "%", ["%"]),
    ],
)
def test_what_is_wanted_is_marked(text: str, wanted: str, marked: list[str]) -> None:
    assert [piece for piece, is_wanted in pieces(text, wanted) or [] if is_wanted] == marked


@pytest.mark.parametrize("wanted", ["", "   ", "退款", "\u200b", "' OR 1=1 --"])
def test_a_text_without_it_is_none(wanted: str) -> None:
    assert pieces("我要投诉", wanted) is None


@given(st.text(max_size=60), st.text(max_size=4))
def test_the_parts_together_are_the_text(text: str, wanted: str) -> None:
    found = pieces(text, wanted)
    assert found is None or "".join(piece for piece, _ in found) == text
