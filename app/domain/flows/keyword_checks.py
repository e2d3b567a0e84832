"""Finds keywords that two flows claim, that another hides, or that carriers and rules take before
any flow.
"""

import re
from collections.abc import Iterator, Sequence

from app.domain.flows.definition import Definition
from app.domain.flows.findings import Finding, Source, Wrong
from app.domain.flows.keywords import MODES
from app.domain.flows.steps.ask import Ask
from app.domain.flows.steps.opt_in import OptInStep
from app.domain.flows.vocabulary import Vocabulary
from app.domain.opt_out import OptOutWord, When
from app.domain.text import bare, fold

Claim = tuple[Definition, Source, int, str]
"""A flow, its file, the number of the trigger, the word as written."""


def check_words(definition: Definition, vocabulary: Vocabulary) -> Iterator[Wrong]:
    """Words of this flow that opt out or in on its channels, as keywords or as choices."""
    for i, trigger in enumerate(definition.triggers):
        for word in getattr(trigger, "words", ()):
            wrong = _wrong_keyword(word, definition, vocabulary)
            if wrong is not None:
                yield ("triggers", i, "words"), "", *wrong
    for name, step in definition.steps.items():
        for choice in step.question(name).choices if isinstance(step, Ask | OptInStep) else ():
            for word in choice.words:
                wrong = _wrong_choice(word, choice.key, definition, vocabulary)
                if wrong is not None:
                    part = ("choices", choice.key) if isinstance(step, Ask) else ("decline",)
                    yield ("steps", name, *part), name, *wrong


def _wrong_keyword(word: str, definition: Definition, vocabulary: Vocabulary) -> tuple[str, str] | None:
    if not bare(word):
        return "empty_keyword", f"{word!r} holds neither letter nor digit: remove it"
    row = _opts_out(word, definition, vocabulary)
    if row is not None:
        return "opt_out_word", _refusal(word, row, "keyword")
    if _opts_in(word, vocabulary):
        return "opt_in_word", f"{word} opts in before any flow sees it: choose another keyword"
    return None


def _wrong_choice(
    word: str, choice: str, definition: Definition, vocabulary: Vocabulary
) -> tuple[str, str] | None:
    """A word that opts out or in does so before the open question is asked. Source: SPEC IN-3, FL-2."""
    row = _opts_out(word, definition, vocabulary)
    if row is not None and row.when is not When.NEVER_IF_QUESTION_OPEN:
        return "opt_out_word", _refusal(word, row, f"answer (choice {choice})")
    if _opts_in(word, vocabulary):
        message = f"{word} opts in before the question hears it and cannot be an answer (choice {choice})"
        return "opt_in_word", f"{message}: choose another word"
    return None


def check_keywords(flows: Sequence[tuple[Definition, Source]]) -> Iterator[Finding]:
    """Words that two flows claim, in the same mode or with one mode hiding the other."""
    claims: dict[str, dict[str, Claim]] = {}
    for definition, source in flows:
        for i, trigger in enumerate(definition.triggers):
            for word in getattr(trigger, "words", ()):
                mode = getattr(trigger, "mode", "whole")
                for other_mode, other in claims.get(bare(word), {}).items():
                    if other[0].name != definition.name:
                        yield _collision((definition, source, i, word), mode, other, other_mode)
                claims.setdefault(bare(word), {}).setdefault(mode, (definition, source, i, word))


def _collision(claim: Claim, mode: str, other: Claim, other_mode: str) -> Finding:
    definition, source, i, word = claim
    owner, _, _, owned_word = other
    if mode == other_mode:
        code, why = "keyword_taken", f"is a keyword of {owner.name} too"
    else:
        sides = ((mode, definition.name), (other_mode, owner.name))
        (first_mode, first), (last_mode, last) = sorted(sides, key=lambda side: MODES.index(side[0]))
        code = "keyword_hidden"
        why = f"alone never reaches {last} ({last_mode}): {first} ({first_mode}) comes first"
    as_written = word if word == owned_word else f"{word} (the same as {owned_word})"
    message = f"{as_written} {why}; keep it in one flow"
    return Finding(source.file, source.line_of(("triggers", i, "words")), "", code, message)


def _opts_out(word: str, definition: Definition, vocabulary: Vocabulary) -> OptOutWord | None:
    key = _key(word)
    for row in vocabulary.opt_out_words:
        if _key(row.word) == key and (not definition.channels or row.channels & set(definition.channels)):
            return row
    return None


def _opts_in(word: str, vocabulary: Vocabulary) -> bool:
    return _key(word) in {_key(known.word) for known in vocabulary.opt_in_words}


def _refusal(word: str, row: OptOutWord, use: str) -> str:
    where = ", ".join(sorted(row.channels))
    return f"{word} stops messages on {where} channels and cannot be a {use}: choose another word"


def _key(word: str) -> str:
    return re.sub(r"[\W_]+", "", fold(word))
