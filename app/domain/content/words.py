"""Finds listed words in a text, through the disguises that get a word past a filter."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from ahocorasick_rs import AhoCorasick, MatchKind

from app.domain.text import fold

Row = TypeVar("Row")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*|[一二三四五六七八九](?=折)")
_HAN = "[\u4e00-\u9fff]"
_GAP = r"[^\w，。！？；：、,.!?;:\[\]【】()（）#%￥¥$+]+|[\s*·._|/~-]+"
_GAP_IN_CHINESE = re.compile(
    f"(?!{_HAN})(?:(?<={_HAN})(?:{_GAP})(?={_HAN}|[a-z])|(?<=[a-z])(?:{_GAP})(?={_HAN}))"
)


@dataclass(frozen=True, slots=True)
class Hit(Generic[Row]):
    """A listed word in a text; `start` and `end` are places in the compared form."""

    row: Row
    word: str
    """As the table writes it."""
    start: int
    end: int


class Disguises:
    """Undoes what hides a word: width, case, traditional forms, look-alikes, gaps and signs between characters."""

    def __init__(self, look_alikes: Mapping[str, str] | None = None) -> None:
        self._look_alikes = str.maketrans(dict(look_alikes or {}))
        self._are_there = re.compile(f"[{re.escape(''.join(look_alikes or {}))}]") if look_alikes else None

    def undone(self, text: str) -> str:
        """The form in which texts and words are compared."""
        return self.undone_of_folded(fold(text))

    def undone_of_folded(self, folded: str) -> str:
        """The same of a text that is folded already."""
        if self._are_there is not None and self._are_there.search(folded):
            folded = folded.translate(self._look_alikes)
        return _GAP_IN_CHINESE.sub("", folded)


class WordList(Generic[Row]):
    """Words, each with what its table says of it. `#` in a word stands for a number; a Latin word counts only whole.

    `exceptions` are longer words in which a word means something else. 10,000 words cost no more than ten.
    """

    def __init__(
        self,
        rows: Iterable[Row],
        words: Callable[[Row], Iterable[str]],
        exceptions: Callable[[Row], Iterable[str]],
        disguises: "Disguises | None" = None,
    ) -> None:
        self.compared = (disguises or Disguises()).undone
        plain: dict[str, tuple[Row, str] | None] = {}
        counted: dict[str, tuple[Row, str] | None] = {}
        for row in rows:
            for longer in exceptions(row):
                (counted if "#" in longer else plain)[self.compared(longer)] = None
            for word in words(row):
                (counted if "#" in word else plain)[self.compared(word)] = (row, word)
        self._plain, self._counted = _Terms(plain), _Terms(counted)

    def find(self, text: str) -> Iterator[Hit[Row]]:
        """The listed words of the text, from its start; of two that overlap the longer."""
        return self.find_in(self.compared(text))

    def find_in(self, compared: str) -> Iterator[Hit[Row]]:
        """The same of a text that is in its compared form already."""
        yield from self._plain.find(compared)
        if self._counted.rows:
            yield from self._counted.find(_NUMBER.sub("#", compared))


class _Terms(Generic[Row]):
    """Words by their compared form, with None for those that mean something else."""

    def __init__(self, terms: Mapping[str, tuple[Row, str] | None]) -> None:
        self.rows = list(terms.values())
        self._words = AhoCorasick(list(terms), matchkind=MatchKind.LeftmostLongest)

    def find(self, compared: str) -> Iterator[Hit[Row]]:
        """From the start, of two that overlap the longer."""
        for index, start, end in self._words.find_matches_as_indexes(compared):
            found = self.rows[index]
            if found is not None and _is_whole(compared, start, end):
                row, word = found
                yield Hit(row, word, start, end)


def _is_whole(text: str, start: int, end: int) -> bool:
    if _is_latin(text[start]) and start and _is_latin(text[start - 1]):
        return False
    return not (_is_latin(text[end - 1]) and end < len(text) and _is_latin(text[end]))


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()
