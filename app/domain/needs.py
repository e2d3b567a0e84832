"""Hears needs that a customer lets show in a text without asking for anything: a house move, a gift, a tight budget."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.domain.content.words import Disguises, WordList
from app.domain.denial import is_denied
from app.domain.sensitive import SensitiveClass
from app.domain.text import fold

PREFIX = "need:"
"""With this every need's tag begins."""
LASTS = timedelta(days=180)
"""How long a need counts after it was last heard."""
LONGEST = 1_000

_QUOTED = re.compile('[“「『"][^”」』"]{0,200}[”」』"]')
_ADVERTISED = re.compile("广告|推销|^【|https?://|www\\.|退订|加微信|\\b(?:advert|spam|unsubscribe)")
_OF_OTHERS = re.compile(
    "(?:朋友|同事|同学|邻居|室友|别人|人家|他们|客户|领导|老板)[^,.!?;]{0,8}$"
    r"|\b(?:friend|friends|colleague|colleagues|neighbou?r|neighbou?rs|coworker|roommate|somebody|someone)\b[^,.!?;]{0,20}$"
)


@dataclass(frozen=True, slots=True)
class Need:
    """A row of the table. Nothing of a `kind` is noted without the separate consent to it."""

    name: str
    title: Mapping[str, str]
    words: tuple[str, ...]
    exceptions: tuple[str, ...] = ()
    kind: SensitiveClass | None = None
    heard_in: tuple[str, ...] = ()
    not_heard_in: tuple[str, ...] = ()

    @property
    def tag(self) -> str:
        """As it stands in the profile."""
        return PREFIX + self.name


class Needs:
    """The table, made ready to be looked up in."""

    def __init__(self, rows: Iterable[Need], disguises: Disguises | None = None) -> None:
        self.rows = {row.tag: row for row in rows}
        self._words = WordList(
            self.rows.values(), lambda row: row.words, lambda row: row.exceptions, disguises
        )

    def found(self, text: str) -> tuple[str, ...]:
        """The tags of the needs that show in a text, each once. Source: SPEC NL-6."""
        folded = fold(text[:LONGEST])
        if _ADVERTISED.search(folded):
            return ()
        compared = self._words.compared(_QUOTED.sub(",", folded)).replace("’", "'")
        heard = (
            hit.row.tag
            for hit in self._words.find_in(compared)
            if not is_denied(compared, hit.start, hit.end)
            and not _OF_OTHERS.search(compared[max(0, hit.start - 40) : hit.start])
        )
        return tuple(dict.fromkeys(heard))


def heard_at(attributes: Mapping[str, Mapping[str, Any]]) -> dict[str, datetime]:
    """When each need of a profile was last heard, by tag."""
    mine = ((name, held.get("at")) for name, held in attributes.items() if name.startswith(PREFIX))
    return {name: datetime.fromisoformat(at) for name, at in mine if at}


def lasts_until(attributes: Mapping[str, Mapping[str, Any]]) -> datetime | None:
    """When the first of a profile's needs ends; None where there is none."""
    return min((at + LASTS for at in heard_at(attributes).values()), default=None)
