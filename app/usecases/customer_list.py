"""A list that is to be imported: the file, what its owner vouches for, its columns and its rows."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, astuple, dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from app.domain.imports.columns import Columns, columns_of
from app.domain.imports.rows import Terms
from app.domain.imports.sources import ConsentSource
from app.sheets import MOST_ROWS, Unreadable, open_sheet
from app.sheets.sheet import SheetRow
from app.usecases.dialling import region_of
from app.usecases.directory import BrandView
from app.usecases.parts import Parts

SHOWN = 2000
"""Letters of a cell that a draft keeps: more than any field may have, so that what is too long is told as that."""


@dataclass(frozen=True, slots=True)
class CustomerList:
    """A list and what its owner vouches for. `consent_at` and `wording` may be missing: then it is for service only."""

    path: Path
    source: ConsentSource
    consent_at: datetime | None
    wording: str | None
    told_columns: Mapping[str, str]
    actor: str
    language: str
    """In which the report is written, zh or en."""
    report: Path
    file_name: str
    partner_id: UUID | None = None
    """Who brought these people; a source that is a partner needs it."""

    def as_json(self) -> dict[str, Any]:
        """The terms as the table of imports keeps them."""
        told = {
            name: value for name, value in asdict(self).items() if name not in ("path", "report", "actor")
        }
        at = self.consent_at
        partner = str(self.partner_id) if self.partner_id else None
        more = {"told_columns": dict(self.told_columns), "partner_id": partner}
        return {**told, "consent_at": at.isoformat() if at else None, **more}


def terms_of(parts: Parts, brand: BrandView, given: CustomerList, now: datetime) -> Terms:
    """What holds for the whole list."""
    region = region_of(parts.directory.current(now), brand.id) or "CN"
    zone = ZoneInfo(brand.timezone)
    has_partner, names = given.partner_id is not None, (brand.name, brand.signature)
    return Terms(given.source, given.consent_at, given.wording, region, zone, now, has_partner, names)


@dataclass(frozen=True, slots=True)
class Head:
    """What is shown of a list before it is imported: the names of its columns, and its first rows."""

    header: list[str]
    rows: tuple[SheetRow, ...]

    def as_json(self) -> dict[str, Any]:
        """The head as a draft keeps it."""
        return {"header": self.header, "rows": [astuple(row) for row in self.rows]}

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> "Head":
        """The head that a draft has kept."""
        return cls(kept["header"], tuple(SheetRow(*row) for row in kept["rows"]))


def head_of(path: Path, count: int) -> Head:
    """The columns and the first `count` rows, long cells cut to what is shown. Raises Unreadable."""
    with open_sheet(path) as sheet:
        rows = islice(_few(sheet.rows), count)
        cut = (SheetRow(row.number, [cell[:SHOWN] for cell in row.cells], row.trouble) for row in rows)
        return Head(sheet.header, tuple(cut))


@contextmanager
def read_rows(path: Path, told_columns: Mapping[str, str]) -> Iterator[tuple[Columns, Iterator[SheetRow]]]:
    """The columns and the rows of a list. Raises Unreadable and ColumnsUnclear."""
    with open_sheet(path) as sheet:
        yield columns_of(sheet.header, told_columns), _few(sheet.rows)


def _few(rows: Iterator[SheetRow]) -> Iterator[SheetRow]:
    count = 0
    for count, row in enumerate(rows, 1):
        if count > MOST_ROWS:
            raise Unreadable("too_many_rows", f"{MOST_ROWS:,}")
        yield row
    if not count:
        raise Unreadable("no_rows")


def digest_of(given: CustomerList) -> bytes:
    """The same for the same bytes on the same terms."""
    terms = {name: value for name, value in given.as_json().items() if name not in ("language", "file_name")}
    with given.path.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()
    return hashlib.sha256(json.dumps([content, terms], sort_keys=True).encode()).digest()
