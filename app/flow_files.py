"""Reads and writes flows and their transcripts as YAML, keeping the line of every part for findings."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from yaml.reader import ReaderError

from app.domain.flows.definition import Definition
from app.domain.flows.findings import Finding, Source
from app.domain.flows.findings import Path as Part
from app.domain.flows.reading import Read, plain_definition, read_definition
from app.domain.flows.transcripts import Transcript, TranscriptProblem, read_transcript

SHIPPED = Path(__file__).parent.parent / "data" / "flows"
TRANSCRIPTS = ".transcripts.yml"
_SUFFIXES = (".yml", ".yaml")
_MAX_BYTES = 1_000_000
_DEEPEST = 50
"""Levels of one value within another; a flow has some ten, and the time to read them grows with their square."""


class _Loader(yaml.SafeLoader):
    """YAML in which `yes`, `no` and `10:30` are texts, as whoever writes a flow means them; aliases
    are refused.
    """

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._composed: set[int] = set()
        self._depth = 0

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """The value; what its tag or its size makes unreadable is told with its line, and not as a crash."""
        try:
            return super().construct_object(node, deep)
        except (ValueError, LookupError, TypeError, AttributeError, OverflowError) as error:
            kind = node.tag.rpartition(":")[2]
            raise yaml.MarkedYAMLError(
                problem=f"a value is no {kind} that can be read", problem_mark=node.start_mark
            ) from error

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self._depth == _DEEPEST:
            raise yaml.MarkedYAMLError(problem="a value is nested too deeply", problem_mark=self.get_mark())
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        if node is not None and id(node) in self._composed:
            raise yaml.MarkedYAMLError(
                problem="aliases (*name) are not allowed", problem_mark=node.start_mark
            )
        self._composed.add(id(node))
        return node


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:bool", r"^(?:true|false)$", "tf"),
    ("tag:yaml.org,2002:int", r"^-?(?:0|[1-9][0-9]*)$", "-0123456789"),
    ("tag:yaml.org,2002:float", r"^-?(?:0|[1-9][0-9]*)\.[0-9]+$", "-0123456789"),
    ("tag:yaml.org,2002:null", r"^(?:null|~|)$", ["n", "~", ""]),
):
    _Loader.add_implicit_resolver(_tag, re.compile(_pattern), list(_first))


@dataclass(frozen=True, slots=True)
class Folder:
    """What a path holds: the flows that can be read, their transcripts, and what cannot be read."""

    flows: tuple[tuple[Definition, Source], ...] = ()
    transcripts: tuple[Transcript, ...] = ()
    findings: tuple[Finding, ...] = ()


def from_yaml(text: str, file: str = "") -> Read:
    """The flow in this text, or the findings that keep it from being read. Never raises."""
    try:
        plain, lines = _compose(text)
    except yaml.YAMLError as error:
        return Read(Source(file), None, (_broken(error, file),))
    return read_definition(plain, Source(file, lines))


def to_yaml(definition: Definition) -> str:
    """The flow as YAML that a person can read and review; `from_yaml` reads it back as it was."""
    return yaml.dump(
        plain_definition(definition), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110
    )


def transcripts_from_yaml(text: str, flow: str, file: str = "") -> tuple[list[Transcript], list[Finding]]:
    """The transcripts in this text, written for `flow`, and what is wrong with those that cannot be read."""
    try:
        plain, lines = _compose(text)
    except yaml.YAMLError as error:
        return [], [_broken(error, file)]
    if not isinstance(plain, list):
        return [], [Finding(file, 1, "", "unreadable", "the file must be a list of transcripts: - name: ...")]
    read, wrong = [], []
    for i, entry in enumerate(plain):
        count = (
            len(entry["script"]) if isinstance(entry, dict) and isinstance(entry.get("script"), list) else 0
        )
        script_lines = {n: lines.get((i, "script", n), 1) for n in range(count)}
        try:
            read.append(read_transcript(entry, flow, file, lines.get((i,), 1), script_lines))
        except TranscriptProblem as problem:
            wrong.append(Finding(file, problem.line, "", "unreadable", str(problem)))
    return read, wrong


def read_path(path: Path) -> Folder:
    """The flows of a file, or of a folder and the folders in it, with the transcripts beside them."""
    flows: list[tuple[Definition, Source]] = []
    transcripts: list[Transcript] = []
    findings: list[Finding] = []
    for file in _flow_files(path):
        read = from_yaml(*_text_of(file))
        findings += read.findings
        if read.definition is None:
            continue
        flows.append((read.definition, read.source))
        beside = file.with_name(file.stem + TRANSCRIPTS)
        if beside.exists():
            text, name = _text_of(beside)
            found, wrong = transcripts_from_yaml(text, read.definition.name, name)
            transcripts += found
            findings += wrong
    return Folder(tuple(flows), tuple(transcripts), tuple(findings))


def _flow_files(path: Path) -> list[Path]:
    candidates: Iterable[Path] = path.rglob("*") if path.is_dir() else [path]
    return sorted(
        file for file in candidates if file.suffix in _SUFFIXES and not file.name.endswith(TRANSCRIPTS)
    )


def _text_of(file: Path) -> tuple[str, str]:
    """The file's text and name. A file too large to be a flow, or not in UTF-8, reads as one broken line."""
    raw = file.read_bytes()
    return ("\0" if len(raw) > _MAX_BYTES else raw.decode("utf-8-sig", "replace")), str(file)


def _compose(text: str) -> tuple[Any, dict[Part, int]]:
    """The plain values in a YAML text, and the line of each."""
    try:
        loader = _Loader(text)
    except ReaderError as error:
        line = text.count("\n", 0, error.position)
        mark = yaml.Mark("", error.position, line, 0, None, 0)
        problem = "this is no YAML text in UTF-8, or holds a letter that cannot be seen"
        raise yaml.MarkedYAMLError(problem=problem, problem_mark=mark) from error
    try:
        root = loader.get_single_node()
        lines: dict[Part, int] = {}
        if root is None:
            return None, lines
        _note_lines(root, (), lines)
        return loader.construct_document(root), lines
    finally:
        loader.dispose()


def _note_lines(node: yaml.Node, path: Part, lines: dict[Part, int]) -> None:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a name must be a plain word", problem_mark=key.start_mark)
            if key.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"{key.value} stands here twice", problem_mark=key.start_mark
                )
            seen.add(key.value)
            lines[*path, key.value] = key.start_mark.line + 1
            _note_lines(value, (*path, key.value), lines)
    elif isinstance(node, yaml.SequenceNode):
        for i, value in enumerate(node.value):
            _note_lines(value, (*path, i), lines)


def _broken(error: yaml.YAMLError, file: str) -> Finding:
    mark = getattr(error, "problem_mark", None)
    said = getattr(error, "problem", None) or "this is no YAML text in UTF-8"
    return Finding(file, mark.line + 1 if mark else 1, "", "unreadable", f"the file cannot be read: {said}")


class _Dumper(yaml.SafeDumper):
    """Short lists and mappings of plain values stand on one line."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, indentless=False)


def _represent_list(dumper: yaml.SafeDumper, values: list[Any]) -> yaml.Node:
    is_short = all(not isinstance(value, list | dict) for value in values)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", values, flow_style=is_short)


_Dumper.add_representer(list, _represent_list)
