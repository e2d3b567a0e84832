"""Takes over a business's list of customers, batch by batch; a killed import goes on where it stopped."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app import clock
from app.domain.imports.columns import Columns, columns_of
from app.domain.imports.rows import Entry, Finding, Row, Terms, merged
from app.domain.imports.seen import SeenPhones
from app.domain.imports.sources import ConsentSource
from app.sheets import MOST_ROWS, Unreadable, open_sheet
from app.sheets.sheet import SheetRow
from app.store import imports
from app.store.imports import DONE, RUNNING, Import
from app.store.tables import new_id
from app.usecases import audit
from app.usecases.dialling import region_of
from app.usecases.directory import BrandView
from app.usecases.importing_batch import Batch, Origin
from app.usecases.importing_report import Report
from app.usecases.parts import Parts

BATCH_ON_SQLITE = 100
"""Rows a transaction at first: nobody else can write meanwhile, so it is to last 50 ms at most (DESIGN)."""
LEAST, MOST = 40, 400
SHORT_S, LONG_S = 0.02, 0.04
"""A transaction on SQLite that was longer makes the next batch smaller, one that was shorter makes it larger."""
BATCH = 1000
COUNTED = (
    *("rows", "new", "changed", "unchanged", "duplicates", "left_out", "values_ignored"),
    *("grant", "known", "service_only", "stays_out"),
)


class TakenOver(Exception):
    """Another process is importing the same list at this moment."""


@dataclass(frozen=True, slots=True)
class Order:
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

    def as_json(self) -> dict[str, Any]:
        """The terms as the table of imports keeps them."""
        told = {
            name: value for name, value in asdict(self).items() if name not in ("path", "report", "actor")
        }
        at = self.consent_at
        return {**told, "consent_at": at.isoformat() if at else None, "told_columns": dict(self.told_columns)}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What has become of an import. `went_on_after` is the row that an earlier attempt had reached."""

    import_id: UUID
    counts: Mapping[str, int]
    is_repeated: bool
    went_on_after: int
    report: Path | None


def terms_of(parts: Parts, brand: BrandView, order: Order, now: datetime) -> Terms:
    """What holds for the whole list."""
    region = region_of(parts.directory.current(now), brand.id) or "CN"
    zone = ZoneInfo(brand.timezone)
    return Terms(order.source, order.consent_at, order.wording, region, zone, now)


def header_of(path: Path) -> list[str]:
    """The names of a list's columns. Raises Unreadable."""
    with open_sheet(path) as sheet:
        return sheet.header


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


def import_customers(
    parts: Parts, brand: BrandView, order: Order, tell: Callable[[int], None] = lambda row: None
) -> Outcome:
    """Imports the list to its end. Raises Unreadable, ColumnsUnclear and TakenOver; what is kept by then stays."""
    return carry_on(parts, brand, order, lambda: begin(parts, brand, order), tell)


def carry_on(
    parts: Parts,
    brand: BrandView,
    order: Order,
    find: Callable[[], Import],
    tell: Callable[[int], None] = lambda row: None,
) -> Outcome:
    """Opens the list, takes the import that `find` gives once it could be opened, and does what is left of it.

    What `tell` raises stops it after a batch that is kept.
    """
    with read_rows(order.path, order.told_columns) as (columns, rows):
        held = find()
        report = Report(order.report, held.report_size, order.language)
        if held.state == DONE:
            return Outcome(held.id, held.counts, True, held.last_row, _made(report))
        work = _Work(parts, brand, order, columns, held, report)
        try:
            work.run(rows, tell)
        finally:
            report.close()
        return Outcome(held.id, dict(work.counts), False, held.last_row, _made(report))


def _made(report: Report) -> Path | None:
    return report.path if report.size() else None


def begin(parts: Parts, brand: BrandView, order: Order) -> Import:
    """The row of this import: a new one, or the one that an earlier attempt has left."""
    digest, now = digest_of(order), parts.now()
    with parts.store.write() as session:
        held = imports.known(session, brand.id, digest)
        if held is None:
            held = Import(
                id=new_id(),
                brand_id=brand.id,
                digest=digest,
                file_name=order.file_name[:200],
                actor=order.actor[:80],
                state=RUNNING,
                terms=order.as_json(),
                counts={},
                last_row=0,
                report_size=0,
                begun_at=now,
            )
            session.add(held)
            told = {"file": held.file_name, "source": order.source.value, "brand": brand.code}
            audit.note(session, order.actor, "customers.import", "import", str(held.id), now, None, **told)
    return held


def digest_of(order: Order) -> bytes:
    """The same for the same bytes on the same terms."""
    terms = {name: value for name, value in order.as_json().items() if name not in ("language", "file_name")}
    with order.path.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()
    return hashlib.sha256(json.dumps([content, terms], sort_keys=True).encode()).digest()


class _Work:
    """One attempt at one import: reads a batch, writes it with how far that brings the import, goes on."""

    def __init__(
        self, parts: Parts, brand: BrandView, order: Order, columns: Columns, held: Import, report: Report
    ) -> None:
        self.parts, self.order, self.columns, self.report = parts, order, columns, report
        self.terms = terms_of(parts, brand, order, held.begun_at)
        self.origin = Origin(held.id, brand.id, held.file_name, held.actor)
        self.last_row = held.last_row
        self.counts = Counter({**dict.fromkeys(COUNTED, 0), **held.counts})
        self.size = BATCH_ON_SQLITE if parts.store.is_sqlite else BATCH
        self.seen = SeenPhones()
        self.entries: dict[str, Entry] = {}
        self.again: set[str] = set()
        self.fresh = Counter[str]()

    def run(self, rows: Iterator[SheetRow], tell: Callable[[int], None]) -> None:
        """Reads every row; those that were written before are read for their phones alone."""
        number = self.last_row
        for row in rows:
            if row.number <= self.last_row:
                if phone := Row(row.cells, self.columns, self.terms).phone_only():
                    self.seen.add(phone)
                continue
            number = row.number
            self._take(row)
            if self.fresh["rows"] >= self.size:
                self._write(number)
                tell(number)
        self._write(number, is_last=True)

    def _take(self, row: SheetRow) -> None:
        self.fresh["rows"] += 1
        read = Row(row.cells, self.columns, self.terms)
        entry = None if row.trouble else read.read()
        if row.trouble:
            read.findings.append(Finding("", row.trouble, "", is_row_left_out=True))
        for finding in read.findings:
            self.report.note(row.number, self.columns.name_of(finding.field), finding)
        if entry is None:
            self.fresh["left_out"] += 1
            return
        self.fresh["values_ignored"] += len(read.findings)
        if not self.seen.add(entry.phone):
            self.fresh["duplicates"] += 1
            if entry.phone not in self.entries:
                self.again.add(entry.phone)
        earlier = self.entries.get(entry.phone)
        self.entries[entry.phone] = entry if earlier is None else merged(earlier, entry)

    def _write(self, number: int, *, is_last: bool = False) -> None:
        now, size = self.parts.now(), self.report.size()
        counts = dict.fromkeys(COUNTED, 0)
        batch = Batch(self.origin, self.entries, self.again, now)
        with self.parts.store.write() as session:
            session.connection()  # the wait for other writers is over: from here on they wait for us
            begun = clock.monotonic()
            kept = batch.write(session)
            for part in (self.counts, self.fresh, kept):
                counts.update({name: counts[name] + part[name] for name in part})
            values = {"last_row": number, "report_size": size, "counts": counts}
            ended = {"state": DONE, "ended_at": now} if is_last else {}
            if not imports.move_on(session, self.origin.import_id, self.last_row, **values, **ended):
                raise TakenOver
            if is_last:
                self._note_end(session, counts, now)
        self._resize(clock.monotonic() - begun)
        self.counts, self.last_row = Counter(counts), number
        self.entries, self.again, self.fresh = {}, set(), Counter()

    def _resize(self, seconds: float) -> None:
        if self.parts.store.is_sqlite and seconds > LONG_S:
            self.size = max(LEAST, self.size * 2 // 3)
        elif self.parts.store.is_sqlite and seconds < SHORT_S:
            self.size = min(MOST, self.size + LEAST)

    def _note_end(self, session: Session, counts: Mapping[str, int], now: datetime) -> None:
        import_id, told = str(self.origin.import_id), {"file": self.origin.file_name, "counts": dict(counts)}
        actor = self.order.actor
        audit.note(session, actor, "customers.import_ended", "import", import_id, now, None, **told)
