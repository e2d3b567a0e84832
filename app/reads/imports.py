"""Reads the imports of lists for the console: the last ones, and one with how far it has come."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.store.brands import Brand
from app.store.imports import Import

SHOWN = 50


@dataclass(frozen=True, slots=True)
class ImportLine:
    """One import. `about` is how many rows the file may have; None where that is not known yet."""

    id: UUID
    brand_id: UUID
    brand: str
    zone: str
    file_name: str
    actor: str
    state: str
    reason: str | None
    counts: Mapping[str, int]
    last_row: int
    about: int | None
    report: Path | None
    begun_at: datetime
    ended_at: datetime | None


def last(session: Session) -> list[ImportLine]:
    """The last imports, newest first."""
    query = _QUERY.order_by(Import.begun_at.desc(), Import.id.desc()).limit(SHOWN)
    return [_line(*row) for row in session.execute(query)]


def one(session: Session, import_id: UUID) -> ImportLine | None:
    """One import."""
    found = session.execute(_QUERY.where(Import.id == import_id)).one_or_none()
    return _line(*found) if found else None


_QUERY = select(Import, Brand.name, Brand.timezone).join(Brand, Brand.id == Import.brand_id)


def _line(row: Import, brand: str, zone: str) -> ImportLine:
    terms: Mapping[str, Any] = row.terms
    report = Path(terms["path"]).with_suffix(".errors.csv") if row.report_size and "path" in terms else None
    return ImportLine(
        row.id,
        row.brand_id,
        brand,
        zone,
        row.file_name,
        row.actor,
        row.state,
        row.reason,
        row.counts,
        row.last_row,
        terms.get("about"),
        report,
        row.begun_at,
        row.ended_at,
    )
