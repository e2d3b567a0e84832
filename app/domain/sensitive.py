"""Which attributes and tags the law calls sensitive: each class needs a consent of its own."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

T = TypeVar("T")


class SensitiveClass(StrEnum):
    """What a separate consent is given to. Source: Personal Information Protection Law Art. 28, 29; SPEC CP-9."""

    HEALTH = "health"
    CHILDREN = "children"
    LOCATION = "location"
    FINANCE = "finance"


PERSONALISATION = "personalisation"
"""What can be switched off beside them: the use of what is known of a person to choose or word a text."""
SCOPES = (*map(str, SensitiveClass), PERSONALISATION)
PROFILE = "profile"
"""Noted of a text that names what is known of the person."""


@dataclass(frozen=True, slots=True)
class SensitiveName:
    """A row of the table; a `name` that ends with `*` stands for all that begin so."""

    name: str
    kind: SensitiveClass


class SensitiveAttributes:
    """The table of names."""

    def __init__(self, rows: Iterable[SensitiveName] = ()) -> None:
        self._exact: dict[str, SensitiveClass] = {}
        self._starts: list[tuple[str, SensitiveClass]] = []
        for row in rows:
            name = row.name.casefold()
            if name.endswith("*"):
                self._starts.append((name[:-1], row.kind))
            else:
                self._exact[name] = row.kind

    def class_of(self, name: str) -> SensitiveClass | None:
        """The class of an attribute or a tag; None for one that is not sensitive."""
        asked = name.strip().casefold()
        found = self._exact.get(asked)
        if found is not None:
            return found
        return next((kind for start, kind in self._starts if asked.startswith(start)), None)

    def missing(self, names: Iterable[str], agreed: Collection[str]) -> dict[str, SensitiveClass]:
        """Of these names those that need a consent which has not been given, with its class."""
        classes = ((name, self.class_of(name)) for name in names)
        return {name: kind for name, kind in classes if kind is not None and kind not in agreed}

    def without_missing(self, values: Mapping[str, T], agreed: Collection[str]) -> dict[str, T]:
        """The values that may be kept and used."""
        missing = self.missing(values, agreed)
        return {name: value for name, value in values.items() if name not in missing}
