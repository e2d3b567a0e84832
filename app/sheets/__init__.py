"""Opens the lists that businesses keep, CSV or XLSX, row by row in bounded memory; what is no list is told clearly."""

from contextlib import AbstractContextManager
from pathlib import Path

from app.sheets import delimited, workbook
from app.sheets.sheet import MOST_COLUMNS, Sheet, Unreadable

__all__ = ["LARGEST_FILE", "MOST_COLUMNS", "MOST_ROWS", "Sheet", "Unreadable", "open_sheet", "rows_about"]

LARGEST_FILE = 1_000_000_000
"""Bytes."""
MOST_ROWS = 5_000_000

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How an Excel file of before 2007 begins, and one with a password."""


def open_sheet(path: Path) -> AbstractContextManager[Sheet]:
    """The list in a file: its header and its rows. Raises Unreadable, here and later."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            beginning = file.read(8)
    except OSError as error:
        raise Unreadable("no_file", error.strerror or "") from None
    if not size:
        raise Unreadable("empty")
    if size > LARGEST_FILE:
        raise Unreadable("file_too_large", f"{LARGEST_FILE:,}")
    if beginning.startswith(_OLE):
        raise Unreadable("old_excel")
    return workbook.sheet(path) if beginning.startswith(_ZIP) else delimited.sheet(path)


def rows_about(path: Path) -> int | None:
    """How many lines a text file has, for a progress bar; None for a workbook, which has to be unpacked to know."""
    with path.open("rb") as file:
        if file.read(4) == _ZIP:
            return None
        file.seek(0)
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b"")) + 1
