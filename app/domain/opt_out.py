"""Decides by rule alone whether a text opts out or in: the word table first, then the patterns."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.domain.opt_out_patterns import sounds_like_opt_out
from app.domain.text import bare, fold, has_chinese, language_of, strip_marks

LONGEST = 60
"""Characters of a folded text beyond which it cannot be a word with courtesies around it."""


class Scope(StrEnum):
    """What an opt-out stops: the brand's marketing, or all that the customer does not ask for."""

    MARKETING = "marketing"
    ALL = "all"


class When(StrEnum):
    """When a word counts."""

    ALWAYS = "always"
    IF_OFFERED = "if_offered"
    NEVER_IF_QUESTION_OPEN = "never_if_question_open"


class ChannelKind(StrEnum):
    """Whose rules a channel is under."""

    MAINLAND = "mainland"
    NORTH_AMERICA = "north_america"
    INTERNATIONAL = "international"


@dataclass(frozen=True, slots=True)
class OptOutWord:
    """A row of the table of words that opt out."""

    word: str
    language: str
    scope: Scope
    when: When
    channels: frozenset[str]
    source: str


@dataclass(frozen=True, slots=True)
class OptInWord:
    """A row of the table of words that opt in."""

    word: str
    language: str
    source: str


@dataclass(frozen=True, slots=True)
class OptOutByRule:
    """The text opts out. `reason`: `opt_out_word`, `opt_out_offered` (a word only the last message made one)
    or `opt_out_pattern`."""

    scope: Scope
    word: str
    reason: str


@dataclass(frozen=True, slots=True)
class OptInByRule:
    """The text opts in again."""

    word: str
    reason: str = "opt_in_word"


_MARKS = r"[\W_]*"


class OptOutWords:
    """The word table, ready to be asked."""

    def __init__(
        self,
        opt_out: Sequence[OptOutWord],
        opt_in: Sequence[OptInWord],
        polite: Iterable[str] = (),
        loose: Iterable[str] = (),
    ) -> None:
        self.opt_out, self.opt_in = tuple(opt_out), tuple(opt_in)
        self._rows: dict[str, list[OptOutWord]] = {}
        for row in opt_out:
            self._rows.setdefault(_key(row.word), []).append(row)
        self._opt_in = {_key(row.word): row for row in opt_in}
        polite, loose = tuple(polite), tuple(loose)
        self._loose = {_key(filler) for filler in loose}
        rows = [row.word for row in opt_out] + [row.word for row in opt_in]
        terms = {fold(term) for term in (*rows, *polite, *loose)}
        tokens = "|".join(_token(term) for term in sorted(terms, key=len, reverse=True))
        self._token = re.compile(rf"({tokens}){_MARKS}")

    def rows(self, word: str) -> Sequence[OptOutWord]:
        """The rows of a word, in whatever way it is written."""
        return self._rows.get(_key(word), ())

    def words_in(self, text: str) -> tuple[list[str], bool] | None:
        """The words that a text consists of but for courtesies, and whether any of these are loose; None if
        it says anything else."""
        found: list[str] = []
        is_loose, at, end = False, 0, len(text)
        while at < end:
            match = self._token.match(text, at)
            if match is None:
                return None
            key = _key(match[1])
            if key in self._rows or key in self._opt_in:
                found.append(key)
            elif key in self._loose:
                is_loose = True
            at = match.end()
        return (found, is_loose) if found else None

    def opts_in(self, text: str) -> bool:
        """Whether the text is a word that opts in, with courtesies around it at most."""
        typed = strip_marks(fold(text))
        parsed = self.words_in(typed) if len(typed) <= LONGEST else None
        return parsed is not None and self.is_opt_in(*parsed)

    def is_opt_in(self, found: Sequence[str], is_loose: bool) -> bool:
        """Whether words found by `words_in` opt in and say nothing else."""
        return not is_loose and all(word in self._opt_in for word in found)

    def opt_in_row(self, word: str) -> OptInWord | None:
        """The row of a word that opts in."""
        return self._opt_in.get(word)


def _key(word: str) -> str:
    return re.sub(r"[\W_]+", "", fold(word))


def _token(term: str) -> str:
    pattern = _MARKS.join(map(re.escape, re.split(r"[\W_]+", term)))
    before = r"(?<![a-z0-9])" if term[0].isascii() else ""
    after = r"(?![a-z0-9])" if term[-1].isascii() else ""
    return before + pattern + after


def judge_opt_out(
    words: OptOutWords,
    text: str,
    *,
    offered: str | None,
    has_open_question: bool,
    open_choices: frozenset[str],
    channel: str,
) -> OptOutByRule | OptInByRule | None:
    """What the rules make of a text; None leaves it to the later steps of the routing.

    `offered` is the word that the last message handed over before this one promised; `open_choices` are the
    folded answers of the open question; `channel` is a `ChannelKind`. Source: SPEC IN-3 to IN-5.
    """
    folded = fold(text)
    typed = strip_marks(folded)
    if not typed:
        return None
    if offered and _is_promised(typed, offered):
        rows = words.rows(offered)
        scope = _scope(rows[0].scope if rows else Scope.MARKETING, channel)
        return OptOutByRule(scope, offered, "opt_out_offered")
    if len(typed) <= LONGEST:
        parsed = words.words_in(typed)
        if parsed is not None:
            return _by_words(words, *parsed, _Situation(offered, has_open_question, open_choices, channel))
    heard = sounds_like_opt_out(folded)
    if heard is None:
        return None
    return OptOutByRule(_scope(Scope.ALL, channel), heard.words, "opt_out_pattern")


def language_told(text: str, word: str) -> str | None:
    """The language that a text which opts out or in by `word` shows its writer to speak; None for a bare word in
    Latin letters (T, START, tui ding), which people type because they were told to.
    """
    if has_chinese(text):
        return language_of(text) or "zh"
    return None if _key(text) == _key(word) else language_of(text)


@dataclass(frozen=True, slots=True)
class _Situation:
    offered: str | None
    has_open_question: bool
    open_choices: frozenset[str]
    channel: str


def _by_words(
    words: OptOutWords, found: list[str], is_loose: bool, situation: _Situation
) -> OptOutByRule | OptInByRule | None:
    opt_ins = [row for row in map(words.opt_in_row, found) if row is not None]
    if opt_ins:
        return OptInByRule(opt_ins[0].word) if words.is_opt_in(found, is_loose) else None
    if len(found) > 1 and all(len(word) == 1 for word in found):
        return None  # "T T" is a crying face
    for word in sorted(found, key=len, reverse=True):
        for row in words.rows(word):
            if _counts(row, word, is_loose, situation):
                scope = _scope(row.scope, situation.channel)
                return OptOutByRule(scope, row.word, "opt_out_word")
    return None


def _counts(row: OptOutWord, word: str, is_loose: bool, situation: _Situation) -> bool:
    if situation.channel not in row.channels:
        return False
    if situation.offered and _key(situation.offered) == word:
        return True
    match row.when:
        case When.ALWAYS:
            return len(word) > 1 or word not in situation.open_choices
        case When.NEVER_IF_QUESTION_OPEN:
            return not (situation.has_open_question or is_loose)
        case When.IF_OFFERED:
            return False


def _is_promised(typed: str, offered: str) -> bool:
    """Whether the text is the promised word and nothing else, however it is spaced."""
    return typed == bare(offered) or (len(typed) <= LONGEST and _key(typed) == _key(offered) != "")


def _scope(scope: Scope, channel: str) -> Scope:
    return scope if channel == ChannelKind.NORTH_AMERICA else Scope.MARKETING
