"""How well texts are read: rates with their intervals, by intent and by language, and what opting out costs."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from app.domain.whole_reading import OptOut, Reading

Z95 = 1.959964
"""Standard deviations either side of the mean that hold 95 % of a normal distribution."""


@dataclass(frozen=True, slots=True)
class Line:
    """One message with the intent that a person gave it; `last` is what had been sent to its writer before."""

    text: str
    intent: str
    language: str = "unknown"
    last: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """A line, what it was taken for, and how long the model took; `milliseconds` is None where rules decided."""

    line: Line
    reading: Reading
    milliseconds: float | None = None

    @property
    def is_right(self) -> bool:
        """Whether the message was taken for what the person said."""
        return self.line.intent == self.reading.intent


class LinesRefused(ValueError):
    """A file of labelled lines cannot be used; the message names the line and the mend."""


def read_lines(text: str, known: frozenset[str]) -> list[Line]:
    """Labelled lines: text, intent and language with tabs between. A header line may name `lang` and `last`, what had
    been sent before; further columns are passed over. Raises `LinesRefused` for the first line that is none.
    """
    lines = []
    language: int | None = 2
    last: int | None = None
    for number, raw in enumerate(text.splitlines(), start=1):
        fields = [field.strip() for field in raw.split("\t")]
        if number == 1 and fields[:2] == ["text", "intent"]:
            language, last = (_place(fields, name) for name in ("lang", "last"))
            continue
        if not raw.strip():
            continue
        if len(fields) < 2 or not fields[0] or not fields[1]:
            raise LinesRefused(f"line {number}: expected text<TAB>intent<TAB>language")
        if fields[1] not in known:
            raise LinesRefused(f"line {number}: there is no intent {fields[1]!r}")
        lines.append(Line(fields[0], fields[1], _at(fields, language) or "unknown", _at(fields, last)))
    if not lines:
        raise LinesRefused("it holds no line to test on")
    return lines


def _place(header: Sequence[str], name: str) -> int | None:
    return header.index(name) if name in header else None


def _at(fields: Sequence[str], place: int | None) -> str:
    return fields[place] if place is not None and place < len(fields) else ""


def interval(hits: int, n: int) -> list[float]:
    """The 95 % interval of a rate (Wilson's), which is sound for few lines and for rates near 0 and 1."""
    if n == 0:
        return [0.0, 1.0]
    rate = hits / n
    middle = (rate + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
    half = Z95 * sqrt(rate * (1 - rate) / n + Z95**2 / (4 * n**2)) / (1 + Z95**2 / n)
    return [round(max(0.0, middle - half), 4), round(min(1.0, middle + half), 4)]


def figures(reads: Sequence[Read]) -> dict[str, Any]:
    """All figures as one JSON-ready document. Rates are shares of 1, latencies milliseconds of the model's answers.

    `opt_out`: `sure` means opted out at once, `asked` that one question is asked while marketing is held;
    `opted_out_of_others` and `asked_of_others` are the shares of all other messages to which that happens.
    """
    right = sum(read.is_right for read in reads)
    intents = sorted({read.line.intent for read in reads})
    per_intent = {intent: _scores(reads, intent) for intent in intents}
    missed = Counter((read.line.intent, read.reading.intent) for read in reads if not read.is_right)
    return {
        "n": len(reads),
        "accuracy": _share(right, len(reads)),
        "accuracy_interval": interval(right, len(reads)),
        "macro_f1": round(sum(scores["f1"] for scores in per_intent.values()) / len(per_intent), 4),
        "per_intent": per_intent,
        "per_language": _by_language(reads),
        "opt_out": _opt_out(reads),
        "decided_by": dict(sorted(Counter(read.reading.by for read in reads).items())),
        "clarified": _share(sum(read.reading.is_clarified for read in reads), len(reads)),
        "confusions": [
            {"intent": true, "guessed": taken, "n": n} for (true, taken), n in missed.most_common(20)
        ],
        "latency": _latency([read.milliseconds for read in reads if read.milliseconds is not None]),
    }


def _share(hits: int, n: int) -> float:
    return round(hits / n, 4) if n else 0.0


def _scores(reads: Sequence[Read], intent: str) -> dict[str, Any]:
    n = sum(read.line.intent == intent for read in reads)
    taken = sum(read.reading.intent == intent for read in reads)
    right = sum(read.is_right for read in reads if read.line.intent == intent)
    return {
        "precision": _share(right, taken),
        "recall": _share(right, n),
        "recall_interval": interval(right, n),
        "f1": _share(2 * right, n + taken),
        "n": n,
    }


def _by_language(reads: Sequence[Read]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for language in sorted({read.line.language for read in reads}):
        mine = [read for read in reads if read.line.language == language]
        right = sum(read.is_right for read in mine)
        found[language] = {
            "accuracy": _share(right, len(mine)),
            "accuracy_interval": interval(right, len(mine)),
            "n": len(mine),
        }
    return found


def _opt_out(reads: Sequence[Read]) -> dict[str, Any]:
    wishes = [read for read in reads if read.line.intent == "opt_out"]
    others = [read for read in reads if read.line.intent != "opt_out"]
    sure = sum(read.reading.opt_out is OptOut.SURE for read in wishes)
    asked = sum(read.reading.opt_out is OptOut.ASKED for read in wishes)
    wrongly = sum(read.reading.opt_out is OptOut.SURE for read in others)
    asked_of_others = sum(read.reading.opt_out is OptOut.ASKED for read in others)
    return {
        "n": len(wishes),
        "sure_precision": _share(sure, sure + wrongly),
        "sure_recall": _share(sure, len(wishes)),
        "sure_or_asked_recall": _share(sure + asked, len(wishes)),
        "sure_or_asked_interval": interval(sure + asked, len(wishes)),
        "opted_out_of_others": _share(wrongly, len(others)),
        "asked_of_others": _share(asked_of_others, len(others)),
    }


def _latency(times: Sequence[float]) -> dict[str, float]:
    if not times:
        return {"p50": 0.0, "p95": 0.0}
    ordered = sorted(times)
    return {"p50": round(ordered[len(ordered) // 2], 1), "p95": round(ordered[int(len(ordered) * 0.95)], 1)}
