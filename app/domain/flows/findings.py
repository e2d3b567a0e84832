"""What is wrong with a flow: where it stands and how to mend it, in words a marketer understands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Path = tuple[str | int, ...]
Wrong = tuple[Path, str, str, str]
"""A part of the definition, the step it belongs to, a code and a message."""


@dataclass(frozen=True, slots=True)
class Source:
    """The file a definition was read from, with the line of each of its parts."""

    file: str = ""
    lines: Mapping[Path, int] = field(default_factory=dict)

    def line_of(self, path: Sequence[str | int]) -> int:
        """The line of this part, or of the nearest part around it; 1 where nothing is known."""
        known: Path = ()
        for part in path:
            if (*known, part) in self.lines:
                known = (*known, part)
        return self.lines.get(known, 1)


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing to mend. `step` is empty where it concerns the whole flow."""

    file: str
    line: int
    step: str
    code: str
    message: str

    def __str__(self) -> str:
        """`file:line: step: message`, as editors and people read it."""
        where = f"{self.file}:{self.line}: " + (f"step {self.step}: " if self.step else "")
        return f"{where}{self.message} [{self.code}]"
