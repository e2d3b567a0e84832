"""Reviews each brand's numbers once a week, and lists those that nobody has heard of in this quarter."""

import csv
from collections.abc import Iterator
from datetime import datetime
from io import StringIO
from uuid import UUID

from app.domain.number_review import quarter_began, week_of
from app.domain.phone import masked
from app.store import number_reviews
from app.usecases import audit
from app.usecases.importing_report import guarded
from app.usecases.parts import Parts

HEADINGS = ("customer", "phone", "number_status", "last_text_at")


def review(parts: Parts, now: datetime) -> int:
    """Counts each brand that was not counted in this week; returns how many. Nothing is sent. Source: SPEC SE-3."""
    week_on, since = week_of(now), quarter_began(now)
    rows: list[dict[str, object]] = []
    with parts.store.read() as session:
        brands = set(parts.directory.current(now).brands)
        waiting = brands - number_reviews.reviewed(session, brands, week_on)
        for brand_id in sorted(waiting):
            customers, verified = number_reviews.share(session, brand_id, since)
            counts = {"customers": customers, "verified": verified, "at": now}
            rows.append({"brand_id": brand_id, "week_on": week_on, **counts})
    if rows:
        with parts.store.write() as session:
            number_reviews.keep(session, rows)
    return len(rows)


def unverified_as_csv(
    parts: Parts, brand_id: UUID, now: datetime, actor: str, staff_id: UUID | None = None, *, is_masked: bool
) -> Iterator[str]:
    """The list as CSV, in pieces; the audit notes who has had it, and whether with full numbers."""
    with parts.store.write() as session:
        told = {"is_masked": is_masked}
        audit.note(session, actor, "numbers.list", "brand", str(brand_id), now, staff_id, **told)
    yield _line(HEADINGS)
    with parts.store.read() as session:
        for rows in number_reviews.unverified(session, brand_id, quarter_began(now)):
            for row in rows:
                phone = masked(row.phone) if is_masked else row.phone
                at = row.last_inbound_at.isoformat(timespec="seconds") if row.last_inbound_at else ""
                yield _line((str(row.id), phone, row.number_status, at))


def _line(cells: tuple[str, ...]) -> str:
    written = StringIO()
    csv.writer(written).writerow(map(guarded, cells))
    return written.getvalue()
