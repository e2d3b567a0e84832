"""Reads CSV: comma, semicolon or tab, with or without BOM, in UTF-8, UTF-16 or GB18030."""

import codecs
import csv
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO

from charset_normalizer import from_bytes

from app.domain.imports.columns import columns_of
from app.sheets.sheet import Sheet, SheetRow, Unreadable, from_rows

LONGEST_LINE = 1_000_000
MOST_LINES_IN_A_ROW = 20
"""A cell may hold line ends; one that holds more than this has a quotation mark that was never closed."""
SAMPLE = 200_000
CHUNK = 1 << 20
ODD_LINES = 500
DELIMITERS = (",", ";", "\t")
_CHINESE = ("gb18030", "gbk", "gb2312", "hz")
_OTHERS = ("big5", "cp950", "shift_jis", "euc_kr", "cp1252", "cp1251", "latin_1")


@contextmanager
def sheet(path: Path) -> Iterator[Sheet]:
    """The list in a text file. Raises Unreadable."""
    with path.open(encoding=encoding_of(path), errors="replace", newline="") as file:
        yield from_rows(_rows(file))


def encoding_of(path: Path) -> str:
    """How the file's letters are written: its BOM says it, else all of it is UTF-8, else it is found out."""
    with path.open("rb") as file:
        sample = file.read(SAMPLE)
        if sample.startswith(codecs.BOM_UTF8):
            return "utf-8-sig"
        if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if b"\x00" in sample:
            raise Unreadable("binary")
        odd = _odd_lines(file)
    if odd is None:
        return "utf-8"
    guessed = _guess(sample.partition(b"\n")[0], odd)
    if guessed is None:
        raise Unreadable("encoding", "?")
    if guessed not in _CHINESE:
        raise Unreadable("encoding", guessed)
    return "gb18030"


def _odd_lines(file: IO[bytes]) -> bytes | None:
    """Lines with letters beyond ASCII, where the file ceases to be UTF-8; half a letter at its end is no other
    encoding."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    while chunk := file.read(CHUNK):
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError:
            whole = chunk[: chunk.rfind(b"\n") + 1] or chunk
            return b"\n".join(islice((line for line in whole.splitlines() if not line.isascii()), ODD_LINES))
    return None


def _guess(header: bytes, sample: bytes) -> str | None:
    """A header that is understood in one encoding settles it; else the look of the letters does."""
    for encoding in ("gb18030", "big5"):
        try:
            columns_of(_split(header.decode(encoding)), {})
        except Exception:  # noqa: S112 - not decoded or not understood: not this one
            continue
        if not header.isascii():
            return encoding
    found = from_bytes(sample, cp_isolation=["gb18030", *_OTHERS]).best()
    return found.encoding if found is not None else None


def _split(line: str) -> list[str]:
    return next(csv.reader([line.rstrip("\r\n")], delimiter=_delimiter(line)), [])


def _delimiter(line: str) -> str:
    """The sign that parts the most cells of the header."""
    return max(DELIMITERS, key=line.count)


class _Lines:
    """The file's lines, none longer than memory allows; remembers whether the last one was whole."""

    def __init__(self, file: IO[str], first: str) -> None:
        self._file, self._first = file, first
        self.read, self.is_cut = 0, False

    def __iter__(self) -> Iterator[str]:
        line = self._first
        while line:
            self.read += 1
            if len(line) >= LONGEST_LINE:
                raise Unreadable("line_too_long", self.read)
            self.is_cut = not line.endswith(("\n", "\r"))
            yield line
            line = self._file.readline(LONGEST_LINE)


def _rows(file: IO[str]) -> Iterator[SheetRow]:
    first = file.readline(LONGEST_LINE)
    if first.lower().startswith("sep=") and len(first.strip()) == 5:  # a line that Excel writes for itself
        first = file.readline(LONGEST_LINE)
    delimiter, lines = _delimiter(first), _Lines(file, first)
    reader = csv.reader(lines, delimiter=delimiter)
    width, before = 0, 0
    while True:
        try:
            cells = next(reader, None)
        except csv.Error:
            raise Unreadable("line_too_long", before + 1) from None
        if cells is None:
            return
        width = width or len(cells)
        trouble = None
        if lines.read - before > MOST_LINES_IN_A_ROW:
            trouble = "open_quote"
        elif lines.is_cut and before and len(cells) < width:
            trouble = "cut_off"
        yield SheetRow(before + 1, cells, trouble)
        before = lines.read
