"""Reads what staff type into the inbox's search box: a phone, its last four digits, a complaint's number, a name."""

import re
from dataclasses import dataclass

from app.domain import phone as phones
from app.domain.text import fold

REGIONS = ("CN", "US", "HK", "MO", "TW")
"""Where a number without a country is looked for."""
_COMPLAINT = re.compile(r"#\s?(\d{1,9})")
_LAST_FOUR = re.compile(r"\d{4}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """All that a text may stand for. `name` is looked for as a whole."""

    phones: tuple[str, ...] = ()
    last_four: str | None = None
    complaint: int | None = None
    name: str | None = None


def wanted(asked: str) -> Wanted:
    """What to look for."""
    folded = fold(asked)
    if found := _COMPLAINT.fullmatch(folded):
        return Wanted(complaint=int(found[1]))
    if _LAST_FOUR.fullmatch(folded):
        return Wanted(last_four=folded, name=folded)
    read = (phones.parse(folded, region) for region in REGIONS)
    numbers = dict.fromkeys(one.e164 for one in read if isinstance(one, phones.Phone))
    return Wanted(phones=tuple(numbers), name=folded or None)
