"""Finds the flow whose keyword a text is, begins with or contains."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from ahocorasick_rs import AhoCorasick, MatchKind

from app.domain.flows.answers import stands_alone
from app.domain.flows.definition import Definition
from app.domain.text import bare, fold

MODES = ("whole", "first_word", "contains")
_FIRST_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class KeywordTable:
    """Every keyword of a set of flows, folded. Where two flows claim a word, the earlier flow has it."""

    whole: dict[str, str] = field(default_factory=dict)
    first_word: dict[str, str] = field(default_factory=dict)
    contains: dict[str, str] = field(default_factory=dict)
    _words: tuple[str, ...] = ()
    _finder: AhoCorasick | None = None

    @classmethod
    def build(cls, definitions: Iterable[Definition]) -> "KeywordTable":
        """The table of these flows."""
        tables: dict[str, dict[str, str]] = {mode: {} for mode in MODES}
        for definition in definitions:
            for trigger in definition.keywords:
                for word in filter(None, map(bare, trigger.words)):
                    tables[trigger.mode].setdefault(word, definition.name)
        words = tuple(tables["contains"])
        finder = AhoCorasick(list(words), matchkind=MatchKind.Standard) if words else None
        return cls(tables["whole"], tables["first_word"], tables["contains"], words, finder)

    def match(self, text: str, modes: Iterable[str] = MODES) -> tuple[str, str] | None:
        """The flow and the word, by the first of the modes that finds one; the longest word that is
        contained.
        """
        for mode in modes:
            if mode == "whole":
                word: str | None = bare(text)
                found = self.whole.get(word or "")
            elif mode == "first_word":
                first = _FIRST_WORD.search(bare(text)) if self.first_word else None
                word = first[0] if first else None
                found = self.first_word.get(word or "")
            else:
                word = self._contained(text)
                found = self.contains.get(word or "")
            if found is not None and word is not None:
                return found, word
        return None

    def _contained(self, text: str) -> str | None:
        if self._finder is None:
            return None
        plain = fold(text)
        found = (
            self._words[index]
            for index, start, end in self._finder.find_matches_as_indexes(plain, overlapping=True)
            if stands_alone(plain, start, end)
        )
        return max(found, key=len, default=None)
