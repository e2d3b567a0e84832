"""Reads the training examples, and tells file and line of each that is wrong: an unknown intent, a repeat, a break."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from app.domain.text import bare, fold

HEAD = re.compile(r'version: "3\.1"\nnlu:\n- intent: (\w+)\n  examples: \|\n')
MARK = "    - "
FIRST_LINE = 5


@dataclass(frozen=True)
class Example:
    """One message with its intent, and where it stands."""

    text: str
    intent: str
    file: str
    line: int


class ExamplesRefused(ValueError):
    """Examples that cannot be learnt from; each of `problems` is `file:line: what is wrong`."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def read_examples(files: Iterable[Path], intents: frozenset[str]) -> list[Example]:
    """The examples of all files. Raises ExamplesRefused with every problem of every file."""
    found: list[Example] = []
    problems: list[str] = []
    for file in files:
        _read(file, intents, found, problems)
    _refuse_repeats(found, problems)
    if problems:
        raise ExamplesRefused(problems)
    return found


def _read(file: Path, intents: frozenset[str], found: list[Example], problems: list[str]) -> None:
    try:
        written = file.read_text("utf-8")
    except UnicodeDecodeError:
        problems.append(f"{file.name}:1: the file is not in UTF-8")
        return
    head = HEAD.match(written)
    if head is None:
        problems.append(
            f"{file.name}:1: expected version, nlu, one intent and `examples: |` on the first four lines"
        )
        return
    intent = head[1]
    if intent not in intents:
        problems.append(f"{file.name}:3: there is no intent {intent!r} in bot/domain.yml")
    for number, raw in enumerate(written[head.end() :].splitlines(), start=FIRST_LINE):
        text = raw.removeprefix(MARK)
        if not raw.startswith(MARK) or not text.strip():
            problems.append(f"{file.name}:{number}: expected {MARK!r} and a message")
        elif text.startswith("/") or "](" in text or "]{" in text:
            problems.append(
                f"{file.name}:{number}: Rasa would read a command or an annotation in this message"
            )
        else:
            found.append(Example(text, intent, file.name, number))


def _refuse_repeats(found: list[Example], problems: list[str]) -> None:
    first: dict[str, Example] = {}
    for one in found:
        known = first.setdefault(bare(one.text) or fold(one.text), one)
        if known is not one:
            problems.append(f"{one.file}:{one.line}: stands in {known.file}:{known.line} already")


def write_examples(folder: Path, examples: Iterable[tuple[str, str]]) -> None:
    """Writes messages with their intents as files that Rasa reads, one an intent."""
    by_intent: dict[str, list[str]] = {}
    for text, intent in examples:
        by_intent.setdefault(intent, []).append(text)
    for intent, texts in by_intent.items():
        lines = "".join(f"{MARK}{text}\n" for text in texts)
        head = f'version: "3.1"\nnlu:\n- intent: {intent}\n  examples: |\n'
        (folder / f"{intent}.yml").write_text(head + lines, "utf-8")
