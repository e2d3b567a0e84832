"""Reads files of rule data row by row, with an error that names file, row and mend."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import yaml

Row = dict[str, Any]
T = TypeVar("T")


class RuleDataError(Exception):
    """A file of rule data cannot be used; the text says which row and how to mend it."""


def rows_of(path: Path, key: str, build: Callable[[Row], T]) -> list[T]:
    """Every row of the list under `key`, built; what `build` raises as ValueError is told with its row."""
    rows = mapping_of(content_of(path), path).get(key)
    if not isinstance(rows, list) or not rows:
        raise RuleDataError(f"{path.name}: `{key}` is to be a list with at least one row")
    built = []
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            raise RuleDataError(f"{path.name}: {key}, row {number}: is to be a mapping, not {row!r}")
        try:
            built.append(build(row))
        except ValueError as error:
            raise RuleDataError(f"{path.name}: {key}, row {number}: {error}") from error
    return built


def content_of(path: Path) -> object:
    """What the file holds. Raises RuleDataError where it cannot be read."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)  # the safe one, in C
    except OSError as error:
        raise RuleDataError(f"{path}: cannot be read ({error.strerror})") from error
    except yaml.YAMLError as error:
        raise RuleDataError(f"{path.name}: is no YAML: {error}") from error


def mapping_of(content: object, path: Path) -> Row:
    """The content as a mapping. Raises RuleDataError."""
    if not isinstance(content, dict):
        raise RuleDataError(f"{path.name}: is to be a mapping of names to rows")
    return content


def text_at(row: Row, key: str) -> str:
    """A text that must be there. Raises ValueError."""
    value = row.get(key)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(
            f"`{key}` is to be a text; put quotes around words such as N, NO or 002, not {value!r}"
        )
    return value


def texts_at(row: Row, key: str) -> list[str]:
    """A list of texts, empty where there is none. Raises ValueError."""
    values = row.get(key, [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ValueError(f"`{key}` is to be a list of texts, each in quotes where it looks like a number")
    return values


def flag_at(row: Row, key: str) -> bool:
    """A yes or no that must be there. Raises ValueError."""
    value = row.get(key)
    if not isinstance(value, bool):
        raise ValueError(f"`{key}` is to be true or false")
    return value


def whole_at(row: Row, key: str) -> int:
    """A whole number, one or more. Raises ValueError."""
    value = row.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"`{key}` is to be a whole number, 1 or more")
    return value
