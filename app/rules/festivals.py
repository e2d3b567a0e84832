"""Reads the festivals from `data/rules/festivals.yml`."""

from datetime import date, timedelta
from pathlib import Path

from app.domain.festivals import Days, Festivals
from app.rules.files import Row, RuleDataError, content_of, mapping_of, rows_of, text_at, texts_at, whole_at


def festivals(path: Path) -> Festivals:
    """The festivals with the volume that needs no filing. Raises RuleDataError."""
    volume = mapping_of(mapping_of(content_of(path), path).get("volume"), path)
    try:
        text_at(volume, "source")
        around, most = timedelta(days=whole_at(volume, "days_around")), whole_at(volume, "most_receivers")
    except ValueError as error:
        raise RuleDataError(f"{path.name}: volume: {error}") from error
    return Festivals.of(dict(rows_of(path, "festivals", _festival)), around, most)


def _festival(row: Row) -> tuple[str, tuple[Days, ...]]:
    for key in ("zh", "en", "source"):
        text_at(row, key)
    days = tuple(_days(written) for written in texts_at(row, "days"))
    if not days:
        raise ValueError('`days` is to list at least one, such as "2026-10-01/2026-10-03"')
    return text_at(row, "festival"), days


def _days(written: str) -> Days:
    first, slash, last = written.partition("/")
    found = date.fromisoformat(first), date.fromisoformat(last if slash else first)
    if found[0] > found[1]:
        raise ValueError(f"{written!r} ends before it begins")
    return found
