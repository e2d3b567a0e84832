"""Reads XLSX as a stream: the first visible sheet, formulas as their last result, bombs and damage told."""

import re
import zipfile
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.sheets.parts import Bounds, bounds_of, opened, parse
from app.sheets.sheet import LONGEST_CELL, MOST_COLUMNS, Sheet, SheetRow, Unreadable, from_rows

OF_THE_BOOK = Bounds(bytes=5_000_000, tags=100_000)
"""For the parts that only say where the sheets are."""
MOST_ROWS = 1_048_576
"""As many as a sheet can have."""
MOST_SHARED = 96_000_000
"""Bytes of memory for the strings that cells share: of a million rows three columns of names and addresses fit in,
where no cell is like another."""

_REFERENCE = re.compile(r"([A-Z]{1,3})(\d+)")


@contextmanager
def sheet(path: Path) -> Iterator[Sheet]:
    """The list in a workbook. Raises Unreadable."""
    bounds = bounds_of(path)
    with opened(path) as book:
        yield from_rows(_read_rows(book, _first_sheet(book), _shared(book, bounds), bounds))


def _local(name: str) -> str:
    return name.rpartition(":")[2]


class _Tags:
    """Notes the attributes of the tags of one small part that say where the sheets are."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, dict[str, str]]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if _local(name) in ("workbookPr", "sheet", "Relationship"):
            self.seen.append((_local(name), {_local(key): value for key, value in attributes.items()}))

    def end(self, name: str) -> None:
        """Nothing."""

    def text(self, text: str) -> None:
        """Nothing."""


def _tags(book: zipfile.ZipFile, part: str) -> list[tuple[str, dict[str, str]]]:
    tags = _Tags()
    for _ in parse(book, part, OF_THE_BOOK, tags):
        pass
    return tags.seen


def _first_sheet(book: zipfile.ZipFile) -> str:
    """The part that holds the first sheet that is not hidden."""
    tags = _tags(book, "xl/workbook.xml")
    if any(name == "workbookPr" and told.get("date1904") in ("1", "true") for name, told in tags):
        raise Unreadable("date1904")
    sheets = [told for name, told in tags if name == "sheet" and told.get("state", "visible") == "visible"]
    targets = {
        told.get("Id"): told.get("Target", "") for _, told in _tags(book, "xl/_rels/workbook.xml.rels")
    }
    if not sheets:
        raise Unreadable("empty")
    target = targets.get(sheets[0].get("id"), "") or ""
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


class _Shared:
    """The strings that cells share: one block of bytes and where each ends, a tenth of what a list of them takes."""

    def __init__(self) -> None:
        self.block, self.ends = bytearray(), array("I", [0])
        self._is_text = self._is_hint = False
        self._length = 0

    def __len__(self) -> int:
        return len(self.ends) - 1

    def __getitem__(self, number: int) -> str:
        return self.block[self.ends[number] : self.ends[number + 1]].decode()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = _local(name)
        self._is_text = name == "t"
        self._is_hint = self._is_hint or name == "rPh"
        self._length = 0 if name == "si" else self._length

    def end(self, name: str) -> None:
        name = _local(name)
        self._is_text = False
        self._is_hint = self._is_hint and name != "rPh"
        if name == "si":
            self.ends.append(len(self.block))
            if len(self.block) + self.ends.itemsize * len(self.ends) > MOST_SHARED:
                raise Unreadable("too_much_text")

    def text(self, text: str) -> None:
        if self._is_text and not self._is_hint and self._length <= LONGEST_CELL:
            self._length += len(text)
            self.block += text.encode("utf-8", "replace")


def _shared(book: zipfile.ZipFile, bounds: Bounds) -> _Shared:
    shared = _Shared()
    names = {name.lower(): name for name in book.namelist()}
    if part := names.get("xl/sharedstrings.xml"):
        for _ in parse(book, part, bounds, shared):
            pass
    return shared


class _Cells:
    """Gathers the rows of a sheet."""

    def __init__(self, shared: _Shared) -> None:
        self.shared, self.rows = shared, list[SheetRow]()
        self.number, self.cells, self.place, self.begun = 0, list[str](), 0, 0
        self.kind, self.written, self.is_text = "n", "", False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = _local(name)
        if name == "c":
            self.kind, self.written = attributes.get("t", "n"), ""
            found = _REFERENCE.fullmatch(attributes.get("r", ""))
            self.place = _column(found[1]) if found else len(self.cells)
        elif name in ("v", "t"):
            self.is_text = True
        elif name == "row":
            self.begun += 1
            if self.begun > MOST_ROWS:
                raise Unreadable("zip_bomb")
            told = attributes.get("r", "")
            self.number = int(told) if _is_count(told) else self.number + 1
            self.cells = []

    def text(self, text: str) -> None:
        if self.is_text and len(self.written) <= LONGEST_CELL:
            self.written += text

    def end(self, name: str) -> None:
        name = _local(name)
        if name in ("v", "t"):
            self.is_text = False
        elif name == "c" and self.written:
            if self.place >= MOST_COLUMNS + 1:
                raise Unreadable("too_many_columns", MOST_COLUMNS)
            self.cells += [""] * (self.place + 1 - len(self.cells))
            self.cells[self.place] = self._value()
        elif name == "row" and self.cells:
            self.rows.append(SheetRow(self.number, self.cells))

    def _value(self) -> str:
        if self.kind == "s":
            written = self.written.strip()
            if not _is_count(written) or int(written) >= len(self.shared):
                raise Unreadable("broken", "sharedStrings")
            return self.shared[int(written)]
        return _plain(self.written) if self.kind == "n" else "" if self.kind == "e" else self.written


def _is_count(told: str) -> bool:
    """Whether this is a number of rows or strings: `isdigit` alone takes ², which is no number to `int`."""
    return told.isascii() and told.isdigit() and len(told) < 10


def _plain(number: str) -> str:
    """A number as Excel shows one without decimals: 1.3800000001E10 is 13800000001."""
    if number.isdigit():
        return number
    try:
        value = float(number)
        return str(int(value)) if value.is_integer() and abs(value) < 1e16 else number
    except (ValueError, OverflowError):
        return number


def _column(letters: str) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - 64
    return place - 1


def _read_rows(book: zipfile.ZipFile, part: str, shared: _Shared, bounds: Bounds) -> Iterator[SheetRow]:
    cells = _Cells(shared)
    for _ in parse(book, part, bounds, cells):
        yield from cells.rows
        cells.rows.clear()
