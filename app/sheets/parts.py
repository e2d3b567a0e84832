"""Reads the parts of a workbook as streams within bounds: what a part unpacks to is measured, not believed."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from xml.parsers import expat

from app.sheets.sheet import Unreadable

CHUNK = 1 << 16
LONGEST_TAG = 1 << 20
LARGEST_DIRECTORY = 2_000_000
"""Bytes of the list of parts at the end of the file, all of which is read at once."""
MOST_PARTS = 10_000
"""A workbook has a dozen parts, and one more for each picture."""
DEEPEST = 64
"""Tags within tags. A cell's text lies seven deep; the parser holds memory for every level that is open."""
MOST_UNPACKED, MOST_TAGS = 4_000_000_000, 200_000_000
SMALL, FEW_TAGS = 50_000_000, 300_000
RATIO, TAG_RATIO = 100, 4
"""For each packed byte. A list of a million rows packs ten to thirty times, and has a tag and a half for each byte;
a bomb packs a thousand times, and has two hundred tags."""
MOST_NAMES = 5_000
"""Different names of tags and attributes in a part: the parser keeps each for as long as it reads."""
PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""What spreadsheets write. Other ways of packing are unpacked without a limit, however large it gets."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much a part may hold, in unpacked bytes and in tags."""

    bytes: int
    tags: int


def bounds_of(path: Path) -> Bounds:
    """What a workbook of this size may unpack to."""
    size = path.stat().st_size
    return Bounds(
        min(MOST_UNPACKED, max(SMALL, RATIO * size)), min(MOST_TAGS, max(FEW_TAGS, TAG_RATIO * size))
    )


class Handler(Protocol):
    """What is told of the tags of a part, in their order."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """A tag begins."""

    def end(self, name: str) -> None:
        """A tag ends."""

    def text(self, text: str) -> None:
        """A piece of the text between tags."""


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """The workbook as the archive that it is. Raises Unreadable."""
    with _Sparing(io.FileIO(path)) as file:
        try:
            book = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise Unreadable("broken", type(error).__name__) from None
        if len(book.infolist()) > MOST_PARTS:
            raise Unreadable("odd_structure")
        yield book


class _Sparing(io.BufferedReader):
    """A file that gives little at a time: how long the list of parts is stands in the file, and may be a lie."""

    def read(self, size: int | None = -1, /) -> bytes:
        """The next bytes. Raises Unreadable where too many are asked for."""
        most = LARGEST_DIRECTORY
        data = super().read(most + 1 if size is None or not 0 <= size <= most else size)
        if len(data) > most:
            raise Unreadable("odd_structure")
        return data


def parse(book: zipfile.ZipFile, part: str, bounds: Bounds, handler: Handler) -> Iterator[None]:
    """Feeds a part of the workbook to a handler and yields after every chunk.

    Raises Unreadable, for what is damaged and for what is built to cost memory.
    """
    parser = expat.ParserCreate(namespace_separator=None)
    parser.buffer_text = True
    guard = _Guard(handler, bounds.tags)
    parser.StartElementHandler, parser.EndElementHandler = guard.start, guard.end
    parser.CharacterDataHandler = handler.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    fed = 0
    try:
        if book.getinfo(part).compress_type not in PACKED:
            raise NotImplementedError
        with book.open(part) as stream:
            while chunk := stream.read(CHUNK):
                fed += len(chunk)
                if fed > bounds.bytes or fed - parser.CurrentByteIndex > LONGEST_TAG + CHUNK:
                    raise Unreadable("zip_bomb")
                parser.Parse(chunk)
                if len(parser.intern) > MOST_NAMES:
                    raise Unreadable("odd_structure")
                yield
            parser.Parse(b"", True)
            yield
    except (expat.ExpatError, zipfile.BadZipFile, KeyError, zlib.error, EOFError, OSError) as error:
        raise Unreadable("broken", type(error).__name__) from None
    except (RuntimeError, NotImplementedError):  # a password, or a way of packing that Excel never uses
        raise Unreadable("old_excel") from None


class _Guard:
    """Passes tags on to a handler for as long as they are nested and numbered as those of a spreadsheet are."""

    def __init__(self, handler: Handler, most_tags: int) -> None:
        self._start, self._end, self._most = handler.start, handler.end, most_tags
        self._depth = self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._count += 1
        if self._depth > DEEPEST or self._count > self._most:
            raise Unreadable("odd_structure")
        self._start(name, attributes)

    def end(self, name: str) -> None:
        self._depth -= 1
        self._end(name)


def _refuse_doctype(*_: object) -> None:
    raise Unreadable("broken", "DOCTYPE")
