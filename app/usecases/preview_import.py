"""Shows what an import would take from the first rows of a list, and keeps nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.imports.columns import Columns, columns_of
from app.domain.imports.rows import Entry, Finding, Row
from app.domain.imports.words import FINDINGS
from app.domain.phone import masked
from app.usecases.customer_list import CustomerList, Head, terms_of
from app.usecases.directory import BrandView
from app.usecases.parts import Parts


@dataclass(frozen=True, slots=True)
class PreviewedRow:
    """One row as it would be taken: the person, or None where it would be left out."""

    number: int
    entry: Entry | None
    findings: tuple[Finding, ...]

    @property
    def phone(self) -> str:
        """The number with its middle hidden."""
        return masked(self.entry.phone) if self.entry else ""

    def problems(self, language: str) -> list[str]:
        """What is wrong with the row, in words."""
        return [FINDINGS[finding.reason][0 if language == "zh" else 1] for finding in self.findings]


@dataclass(frozen=True, slots=True)
class Preview:
    """The columns as they are understood, and the first rows."""

    columns: Columns
    rows: tuple[PreviewedRow, ...]

    def as_json(self) -> dict[str, Any]:
        """The preview as `--json` gives it."""
        return {
            "columns": {self.columns.header[place]: field for field, place in self.columns.places.items()},
            "ignored": list(self.columns.ignored),
            "rows": [
                {
                    "row": row.number,
                    "phone": row.phone,
                    "name": row.entry.name if row.entry else None,
                    "language": row.entry.language if row.entry else None,
                    "timezone": row.entry.timezone if row.entry else None,
                    "tags": list(row.entry.tags) if row.entry else [],
                    "consent": bool(row.entry and row.entry.proof),
                    "findings": [finding.reason for finding in row.findings],
                }
                for row in self.rows
            ],
        }

    def lines(self, language: str) -> list[str]:
        """The preview as a terminal shows it."""
        zh = language == "zh"
        lines = [f"{self.columns.header[place]} → {field}" for field, place in self.columns.places.items()]
        if self.columns.ignored:
            lines.append(("不导入的列：" if zh else "columns left out: ") + ", ".join(self.columns.ignored))
        for row in self.rows:
            entry = row.entry
            kept = (
                [row.phone, entry.name or "-", entry.language or "-", "|".join(entry.tags) or "-"]
                if entry
                else []
            )
            use = (
                ("营销" if zh else "marketing")
                if entry and entry.proof
                else ("仅服务" if zh else "service only")
            )
            told = "  ".join([*kept, *([use] if entry else []), *row.problems(language)])
            lines.append(f"{row.number}  {told}")
        return lines


def preview(parts: Parts, brand: BrandView, given: CustomerList, head: Head, now: datetime) -> Preview:
    """What is taken from the first rows. Raises ColumnsUnclear."""
    terms, found = terms_of(parts, brand, given, now), []
    columns = columns_of(head.header, given.told_columns)
    for one in head.rows:
        row = Row(one.cells, columns, terms)
        entry = None if one.trouble else row.read()
        trouble = [Finding("", one.trouble, "", is_row_left_out=True)] if one.trouble else []
        found.append(PreviewedRow(one.number, entry, (*row.findings, *trouble)))
    return Preview(columns, tuple(found))
