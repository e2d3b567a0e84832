"""Writes what was wrong with a list, row by row, to a CSV file that a spreadsheet opens without running anything."""

import csv
from pathlib import Path
from typing import IO, Any

from app.domain.imports.rows import Finding
from app.domain.imports.words import FINDINGS, HEADINGS, IGNORED, LEFT_OUT

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "|", "%")


def guarded(cell: str) -> str:
    """The cell so that no spreadsheet takes it for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


class Report:
    """The file of findings; it is made with the first one, and goes on after `size` bytes where an import does."""

    def __init__(self, path: Path, size: int, language: str) -> None:
        self.path, self._size = path, size
        self._side = 0 if language == "zh" else 1
        self._file: IO[str] | None = None
        self._writer: Any = None

    def note(self, number: int, column: str, finding: Finding) -> None:
        """Adds one finding."""
        if self._file is None:
            self._open()
        problem = FINDINGS[finding.reason][self._side]
        outcome = (LEFT_OUT if finding.is_row_left_out else IGNORED)[self._side]
        self._writer.writerow([number, *map(guarded, (column, problem, outcome, finding.shown))])

    def _open(self) -> None:
        if self._size:
            with self.path.open("r+b") as held:
                held.truncate(self._size)
        self._file = self.path.open("a" if self._size else "w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file)
        if not self._size:
            self._file.write("\ufeff")
            self._writer.writerow([heading[self._side] for heading in HEADINGS])

    def size(self) -> int:
        """Bytes that are in the file by now."""
        if self._file is None:
            return self._size
        self._file.flush()
        return self._file.tell()

    def close(self) -> None:
        """Ends the file."""
        if self._file is not None:
            self._size = self.size()
            self._file.close()
            self._file = None
