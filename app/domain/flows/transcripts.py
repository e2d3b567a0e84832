"""Transcripts are tests: what the customer says and what the brand must answer, as read from a file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.domain.flows.durations import duration_of, within_reason
from app.domain.flows.effects import Effect, Value
from app.domain.flows.facts import Facts

LINES = ("customer", "brand", "wait", "event", "start", "effect", "outcome", "send")
GIVEN = {
    "customer",
    "tags",
    "brand",
    "order",
    "orders",
    "event",
    "consent",
    "before_hold",
    "channel",
    "open_complaint",
    "refuse_sends",
    "now",
    "timezone",
    "offers",
}
"""What a transcript may say about the world before it begins."""
START = datetime.fromisoformat("2026-03-02T02:00:00+00:00")
"""Ten o'clock of a Monday morning in Shanghai: when a transcript begins that says nothing else
(`given.now`).
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a script: what kind it is, what it says, what else it notes, and where it stands."""

    kind: str
    value: Any
    notes: Mapping[str, Any] = field(default_factory=dict)
    line: int = 1


@dataclass(frozen=True, slots=True)
class Transcript:
    """A conversation as it has to go. `flow` is the flow it was written for, which `start` begins."""

    name: str
    flow: str
    language: str
    given: Mapping[str, Any] = field(default_factory=dict)
    script: tuple[Line, ...] = ()
    file: str = ""
    line: int = 1


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """Where a replay left the script."""

    file: str
    line: int
    transcript: str
    message: str

    def __str__(self) -> str:
        """`file:line: "transcript": message`."""
        return f'{self.file}:{self.line}: "{self.transcript}": {self.message}'


class TranscriptProblem(Exception):
    """A transcript that cannot be read; says what is wrong and how to mend it."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def read_transcript(
    plain: object, flow: str, file: str, line: int, script_lines: Mapping[int, int]
) -> Transcript:
    """The transcript these plain values describe. Raises `TranscriptProblem`.

    `script_lines` gives the file's line for each entry of the script.
    """
    if not isinstance(plain, Mapping) or not plain.get("name") or not isinstance(plain.get("script"), list):
        raise TranscriptProblem("a transcript needs a name, a language and a script (a list of lines)", line)
    unknown = set(plain) - {"name", "language", "given", "script"}
    if unknown:
        raise TranscriptProblem(f"{', '.join(sorted(map(str, unknown)))}: not known in a transcript", line)
    given = plain.get("given") or {}
    if not isinstance(given, Mapping) or set(given) - GIVEN:
        raise TranscriptProblem(f"given may hold {', '.join(sorted(GIVEN))} and nothing else", line)
    _check_given(given, line)
    return Transcript(
        name=str(plain["name"]),
        flow=flow,
        language=str(plain.get("language", "zh")),
        given=given,
        script=tuple(_line(entry, script_lines.get(i, line)) for i, entry in enumerate(plain["script"])),
        file=file,
        line=line,
    )


def _check_given(given: Mapping[str, Any], line: int) -> None:
    """Raises `TranscriptProblem` where something is no mapping, list or moment that has to be one."""
    for name in ("customer", "brand", "order", "event", "offers"):
        if not isinstance(given.get(name) or {}, Mapping):
            raise TranscriptProblem(f"given.{name}: write names with values", line)
    if not all(isinstance(said, Mapping) for said in (given.get("offers") or {}).values()):
        raise TranscriptProblem("given.offers: write names with values for each offer", line)
    orders, tags = given.get("orders") or [], given.get("tags") or []
    if not isinstance(orders, list) or not all(isinstance(order, Mapping) for order in orders):
        raise TranscriptProblem("given.orders: write a list of orders, each with names and values", line)
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise TranscriptProblem("given.tags: write a list of words", line)
    if given.get("before_hold", "granted") not in ("granted", "none"):
        raise TranscriptProblem("given.before_hold: write granted, or none for who had never agreed", line)
    if given.get("now"):
        _moment(given["now"], line)


def _moment(written: object, line: int) -> datetime:
    try:
        moment = datetime.fromisoformat(str(written))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not 2000 <= moment.year < 2100:
        problem = "given.now: write a moment of this century with its offset, like 2026-03-02T10:00:00+08:00"
        raise TranscriptProblem(problem, line)
    return moment


def _line(entry: object, line: int) -> Line:
    if not isinstance(entry, Mapping):
        raise TranscriptProblem("write each line as `- customer: ...` or `- brand: ...`", line)
    kinds = [kind for kind in LINES if kind in entry]
    if len(kinds) != 1:
        raise TranscriptProblem(f"a line holds exactly one of {', '.join(LINES)}", line)
    kind = kinds[0]
    value = entry[kind]
    if kind == "wait":
        try:
            value = within_reason(duration_of(str(value)))
        except ValueError as error:
            raise TranscriptProblem(str(error), line) from error
    notes = {str(name): note for name, note in entry.items() if name != kind}
    for name in ("data", "entities"):
        if not isinstance(notes.get(name) or {}, Mapping):
            raise TranscriptProblem(f"{name}: write names with values", line)
    return Line(kind, value, notes, line)


def facts_of(transcript: Transcript) -> Facts:
    """What is known at the beginning. A value `{zh: ..., en: ...}` of the brand is taken in the language."""
    given = transcript.given
    brand = {
        name: value.get(transcript.language) if isinstance(value, Mapping) else value
        for name, value in (given.get("brand") or {}).items()
    }
    return Facts(
        customer=dict(given.get("customer") or {}),
        tags=frozenset(given.get("tags") or ()),
        language=transcript.language,
        brand=brand,
        event=dict(given.get("event") or {}),
        consent=str(given.get("consent", "none")),
        channel=str(given.get("channel", "mainland")),
        has_open_complaint=bool(given.get("open_complaint", False)),
        timezone=str(given.get("timezone", "Asia/Shanghai")),
        offers={str(name): dict(said) for name, said in (given.get("offers") or {}).items()},
    )


def orders_of(transcript: Transcript) -> tuple[Mapping[str, Value], ...]:
    """The customer's orders, the latest first."""
    given = transcript.given
    return tuple(given.get("orders") or ((given["order"],) if given.get("order") else ()))


def describe(effect: Effect) -> str:
    """An effect in a few words: `open_complaint(kind=..., ...)`."""
    fields = [
        name
        for name in effect.__dataclass_fields__
        if name not in ("step", "question", "expires_at", "offers")
    ]
    return f"{effect.NAME}({', '.join(f'{name}={getattr(effect, name)!r}' for name in fields)})"
