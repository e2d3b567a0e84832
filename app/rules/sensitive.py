"""Reads the sensitive attributes from `data/rules/sensitive_attributes.yml`."""

from pathlib import Path

from app.domain.sensitive import SensitiveAttributes, SensitiveClass, SensitiveName
from app.rules.files import Row, rows_of, text_at, texts_at


def sensitive_attributes(path: Path) -> SensitiveAttributes:
    """The table. Raises RuleDataError."""
    return SensitiveAttributes(name for row in rows_of(path, "sensitive", _names) for name in row)


def _names(row: Row) -> list[SensitiveName]:
    kind, names = SensitiveClass(text_at(row, "class")), texts_at(row, "names")
    text_at(row, "source")
    if not names or not all(name.strip("* ") for name in names):
        raise ValueError("`names` is to list at least one name, and none that is empty")
    return [SensitiveName(name, kind) for name in names]
