"""Finds which colleagues a note mentions: @ and a name, in texts of any script."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from app.domain.text import fold

_AT = re.compile(r"(?<![0-9a-z._%+-])@")
_GOES_ON = re.compile(r"[0-9a-z_]")


@dataclass(frozen=True, slots=True)
class Colleague:
    """Who can be mentioned: by name, or by what stands before the @ of the address."""

    id: UUID
    name: str
    email: str

    @property
    def shown(self) -> str:
        """How a note may mention them."""
        return f"@{self.name or self.email.partition('@')[0]}"

    @property
    def names(self) -> tuple[str, ...]:
        """By which a note finds them."""
        return tuple(filter(None, (fold(self.name).strip(), fold(self.email).partition("@")[0])))


def mentioned(note: str, colleagues: Iterable[Colleague]) -> tuple[UUID, ...]:
    """Whom a note mentions, each once and in the order of the note. Of names that begin alike the longest counts
    (@小王芳 is not 小王); two of the same name are both meant. An address such as a@shop.example mentions nobody."""
    text, known = fold(note), list(colleagues)
    found: dict[UUID, None] = {}
    for match in _AT.finditer(text):
        rest = text[match.end() :]
        fitting = [(len(name), one.id) for one in known for name in one.names if _stands_there(rest, name)]
        longest = max((length for length, _ in fitting), default=0)
        found |= dict.fromkeys(one for length, one in fitting if length == longest)
    return tuple(found)


def _stands_there(rest: str, name: str) -> bool:
    goes_on = _GOES_ON.match(rest[len(name) :]) and _GOES_ON.match(name[-1])
    return rest.startswith(name) and not goes_on
