"""Reads the table of needs from `data/rules/needs.yml`."""

from pathlib import Path

from app.domain.content.words import Disguises
from app.domain.needs import Need, Needs
from app.domain.sensitive import SensitiveAttributes, SensitiveClass
from app.rules.files import Row, rows_of, text_at, texts_at


def needs(path: Path, sensitive: SensitiveAttributes, disguises: Disguises) -> Needs:
    """The table. Raises RuleDataError, also where a sensitive need is not in the table of sensitive attributes."""
    return Needs(rows_of(path, "needs", lambda row: _need(row, sensitive)), disguises)


def _need(row: Row, sensitive: SensitiveAttributes) -> Need:
    title, words = row.get("title"), texts_at(row, "words")
    if not isinstance(title, dict) or {"zh", "en"} - set(title):
        raise ValueError("`title` is to have `zh` and `en`")
    if not words or not all(word.strip() for word in words):
        raise ValueError("`words` is to list at least one word, and no empty one")
    need = Need(
        text_at(row, "need"),
        title,
        tuple(words),
        tuple(texts_at(row, "except")),
        SensitiveClass(text_at(row, "class")) if "class" in row else None,
        tuple(texts_at(row, "heard_in")),
        tuple(texts_at(row, "not_heard_in")),
    )
    if sensitive.class_of(need.tag) is not need.kind:
        raise ValueError(f"sensitive_attributes.yml and `class` are to say the same of {need.tag}")
    return need
