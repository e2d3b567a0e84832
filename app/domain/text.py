"""Folds what people type to one form, so that rules, keywords and the language model see the same text.

Runs on Python 3.10 too: the language side (`bot/`) imports it.
"""

import re
import unicodedata
from functools import cache

import opencc

# What a phone or a copy-and-paste leaves in a text unseen: controls, zero-width and bidi marks, fillers,
# variation selectors, tags, lone surrogates. White space is kept for `split`.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff\ud800-\udfff]+"
)
_STOPS = tuple(zip("，！？：；（）", ",!?:;()", strict=True))
_URL = re.compile(r"https?://\S+|www\.\S+", re.IGNORECASE)
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]")
_KANA_OR_HANGUL = re.compile("[\u3040-\u30ff\uac00-\ud7af]")
_LATIN_WORD = re.compile(r"\b[A-Za-z]+\b")

LANGUAGE_IS_LEARNT_FROM = 4
"""Letters that a text needs before it says anything about the language of its writer (DESIGN.md)."""


@cache
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def simplify(text: str) -> str:
    """Traditional Chinese as simplified; all else as it is. The text holds no lone surrogates."""
    if text.isascii():
        return text
    simplified: str = _simplifier().convert(text)
    return simplified


def fold(text: str) -> str:
    """The text in the one form that is compared: width, case, traditional Chinese, unseen characters and
    runs of blanks make no difference. Punctuation and emoji stay."""
    if text.isascii():
        folded = " ".join(text.lower().split())
        return folded if folded.isprintable() else _UNSEEN.sub("", folded).strip()
    return " ".join(simplify(_normal(_UNSEEN.sub("", text))).casefold().split())


def _normal(text: str) -> str:
    """NFKC without what is unseen. Full-width stops are what most texts need it for: the rest is asked before it
    is done, which costs a tenth."""
    for wide, narrow in _STOPS:
        text = text.replace(wide, narrow)
    if unicodedata.is_normalized("NFKC", text):
        return text
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", text))


def bare(text: str) -> str:
    """The folded text without the punctuation, quotes and emoji around it; empty if there is nothing else."""
    return strip_marks(fold(text))


def strip_marks(folded: str) -> str:
    """A folded text without what is neither letter nor digit at its ends."""
    start, end = 0, len(folded)
    while start < end and not folded[start].isalnum():
        start += 1
    while end > start and not folded[end - 1].isalnum():
        end -= 1
    return folded[start:end]


def is_blank(text: str) -> bool:
    """Whether nothing can be seen of the text. An emoji or a question mark is something."""
    return not fold(text)


def clean(text: str) -> str:
    """The text as it may be stored: no NUL, surrogate pairs joined, lone surrogates replaced by U+FFFD."""
    text = text.replace("\x00", "")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def has_chinese(text: str) -> bool:
    """Whether there is a Chinese character in the text."""
    return _HAN.search(text) is not None


def language_of(text: str) -> str | None:
    """`zh` or `en`, or None where the text is too short or in neither. Words beside Chinese characters are
    counted as words: "我要查order" is Chinese. One Latin word alone (START, hours) is a command that anybody
    can type, and tells nothing."""
    text = _URL.sub(" ", text)
    if _KANA_OR_HANGUL.search(text):
        return None
    han = len(_HAN.findall(text))
    # A boundary is wanted between 查 and order too, so the characters are taken out first.
    words = _LATIN_WORD.findall(_HAN.sub(" ", text)) if han else _LATIN_WORD.findall(text)
    is_one_word = not han and len(words) == 1
    if is_one_word or han + sum(map(len, words)) < LANGUAGE_IS_LEARNT_FROM:
        return None
    return "zh" if han and han >= len(words) else "en"
