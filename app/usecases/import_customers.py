"""Takes over a business's list of customers, batch by batch; a killed import goes on where it stopped."""

from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import clock
from app.domain.imports.columns import Columns
from app.domain.imports.rows import Entry, Finding, Row, merged
from app.domain.imports.seen import SeenPhones
from app.sheets.sheet import SheetRow
from app.store import imports
from app.store.imports import DONE, RUNNING, Import
from app.store.tables import new_id
from app.usecases import audit
from app.usecases.customer_list import CustomerList, digest_of, read_rows, terms_of
from app.usecases.directory import BrandView
from app.usecases.importing_batch import Batch, Overtaken
from app.usecases.importing_newcomers import Origin
from app.usecases.importing_report import Report
from app.usecases.parts import Parts

BATCH_ON_SQLITE = 100
"""Rows a transaction at first: nobody else can write meanwhile, so it is to last 50 ms at most (DESIGN)."""
LEAST, MOST = 40, 1000
SHORT_S, LONG_S = 0.015, 0.03
"""A transaction on SQLite that was longer makes the next batch smaller, one that was shorter makes it larger."""
BATCH = 1000
RACES = 3
"""How often a batch is made anew because somebody in it came to be known meanwhile."""
SKIPPED = 10_000
"""Rows of an earlier attempt that are read again without a pause."""
COUNTED = (
    *("rows", "new", "changed", "unchanged", "duplicates", "left_out", "values_ignored"),
    *("grant", "known", "service_only", "stays_out"),
)


class TakenOver(Exception):
    """Another process is importing the same list at this moment."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What has become of an import. `went_on_after` is the row that an earlier attempt had reached."""

    import_id: UUID
    counts: Mapping[str, int]
    is_repeated: bool
    went_on_after: int
    report: Path | None


Steps = Generator[int, None, Outcome]
"""An import under way: see `carry_on`."""


def import_customers(
    parts: Parts, brand: BrandView, given: CustomerList, tell: Callable[[int], None] = lambda row: None
) -> Outcome:
    """Imports the list to its end. Raises Unreadable, ColumnsUnclear and TakenOver; what is kept by then stays."""
    steps = carry_on(parts, brand, given, lambda: begin(parts, brand, given))
    while True:
        try:
            tell(next(steps))
        except StopIteration as end:
            outcome: Outcome = end.value
            return outcome


def carry_on(parts: Parts, brand: BrandView, given: CustomerList, find: Callable[[], Import]) -> Steps:
    """Opens the list, takes the import that `find` gives once it could be opened, and does what is left of it.

    Yields the row it has reached whenever it may be left for a while, or for good: what it has kept by then stays.
    Raises what `import_customers` raises.
    """
    with read_rows(given.path, given.told_columns) as (columns, rows):
        held = find()
        report = Report(given.report, held.report_size, given.language)
        if held.state == DONE:
            return Outcome(held.id, held.counts, True, held.last_row, _made(report))
        work = _Work(parts, brand, given, columns, held, report)
        try:
            yield from work.steps(rows)
        finally:
            report.close()
        return Outcome(held.id, dict(work.counts), False, held.last_row, _made(report))


def _made(report: Report) -> Path | None:
    return report.path if report.size() else None


def begin(parts: Parts, brand: BrandView, given: CustomerList) -> Import:
    """The row of this import: a new one, or the one that an earlier attempt has left, or makes at this moment."""
    digest = digest_of(given)
    try:
        return _begun(parts, brand, given, digest)
    except IntegrityError:
        return _begun(parts, brand, given, digest)


def _begun(parts: Parts, brand: BrandView, given: CustomerList, digest: bytes) -> Import:
    now = parts.now()
    with parts.store.write() as session:
        held = imports.known(session, brand.id, digest)
        if held is None:
            held = Import(
                id=new_id(),
                brand_id=brand.id,
                digest=digest,
                file_name=given.file_name[:200],
                actor=given.actor[:80],
                state=RUNNING,
                terms=given.as_json(),
                counts={},
                last_row=0,
                report_size=0,
                begun_at=now,
            )
            session.add(held)
            told = {"file": held.file_name, "source": given.source.value, "brand": brand.code}
            audit.note(session, given.actor, "customers.import", "import", str(held.id), now, None, **told)
    return held


class _Work:
    """One attempt at one import: reads a batch, writes it with how far that brings the import, goes on."""

    def __init__(
        self,
        parts: Parts,
        brand: BrandView,
        given: CustomerList,
        columns: Columns,
        held: Import,
        report: Report,
    ) -> None:
        self.parts, self.given, self.columns, self.report = parts, given, columns, report
        self.terms = terms_of(parts, brand, given, held.begun_at)
        self.origin = Origin(held.id, brand.id, held.file_name, held.actor, given.partner_id)
        self.last_row = held.last_row
        self.counts = Counter({**dict.fromkeys(COUNTED, 0), **held.counts})
        self.size = BATCH_ON_SQLITE if parts.store.is_sqlite else BATCH
        self.seen = SeenPhones()
        self.entries: dict[str, Entry] = {}
        self.again: set[str] = set()
        self.fresh = Counter[str]()

    def steps(self, rows: Iterator[SheetRow]) -> Iterator[int]:
        """Reads every row; those that were written before are read for their phones alone."""
        number = written_before = self.last_row
        for row in rows:
            if row.number <= written_before:
                if phone := Row(row.cells, self.columns, self.terms).phone_only():
                    self.seen.add(phone)
                if row.number % SKIPPED == 0:
                    yield row.number
                continue
            number = row.number
            self._take(row)
            if self.fresh["rows"] >= self.size:
                self._write(number)
                yield number
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
        for is_last_try in (*(False,) * RACES, True):
            try:
                counts = self._try(number, is_last=is_last)
                break
            except (IntegrityError, Overtaken):  # somebody of the batch is known by now, or somebody else
                if is_last_try:
                    raise
        self.counts, self.last_row = Counter(counts), number
        self.entries, self.again, self.fresh = {}, set(), Counter()

    def _try(self, number: int, *, is_last: bool) -> dict[str, int]:
        """Writes the batch in one transaction, and returns what was counted by then."""
        now, size = self.parts.now(), self.report.size()
        counts = dict.fromkeys(COUNTED, 0)
        batch = Batch(
            self.parts.store, self.origin, self.entries, self.again, now, self.parts.rules.sensitive
        )
        with self.parts.store.write_in_bulk() as session:
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
        return counts

    def _resize(self, seconds: float) -> None:
        if self.parts.store.is_sqlite and seconds > LONG_S:
            self.size = max(LEAST, self.size * 2 // 3)
        elif self.parts.store.is_sqlite and seconds < SHORT_S:
            self.size = min(MOST, self.size + LEAST)

    def _note_end(self, session: Session, counts: Mapping[str, int], now: datetime) -> None:
        import_id, told = str(self.origin.import_id), {"file": self.origin.file_name, "counts": dict(counts)}
        actor = self.given.actor
        audit.note(session, actor, "customers.import_ended", "import", import_id, now, None, **told)
