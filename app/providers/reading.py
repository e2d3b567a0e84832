"""Reads what a provider's request holds, whatever it holds: every function here answers None rather than
raise.

Values come out fit for the store: no NUL, no lone surrogate, bounded where a column is.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from hashlib import sha256

import phonenumbers

from app.domain.text import clean
from app.providers.contract import Style, Unparseable

MAX_ID = 80
MAX_ADDRESS = 40
MAX_CODE = 40
SHORTEST_NUMBER = 1_000_000
"""Seven digits after the country: a service's short code (10086) is nobody's phone."""

_REPLACED = "\ufffd"
_REGIONS = {Style.MAINLAND: "CN", Style.NORTH_AMERICA: "US"}
KEPT_APART = 20
"""Unreadable items of one body that are kept one by one; where there are more, the body is kept once, whole."""
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC).timestamp()
_LATEST = datetime(2100, 1, 1, tzinfo=UTC).timestamp()
_WELL_FORMED_PHONE = re.compile(r"\+?[0-9 ().\-]{5,24}")


@dataclass(frozen=True, slots=True)
class Unusable:
    """An item of a body that cannot be read, or all of the body. It is written out again only if it is kept: a body
    may have a hundred thousand of them.
    """

    item: object
    why: str

    def as_unparseable(self) -> Unparseable:
        """The item as the quarantine keeps it."""
        return Unparseable(self.item if isinstance(self.item, bytes) else as_bytes(self.item), self.why)


@dataclass(frozen=True, slots=True)
class Items:
    """The objects of a JSON body, one or an array of them, and what of it is none."""

    objects: tuple[Mapping[str, object], ...] = ()
    unusable: tuple[Unusable, ...] = ()


def kept(body: bytes, lost: Sequence[Unusable]) -> tuple[Unparseable, ...]:
    """What of a body could not be read: item by item, or the body once and whole where that is most of it."""
    if len(lost) <= KEPT_APART:
        return tuple(one.as_unparseable() for one in lost)
    return (Unparseable(body, f"{len(lost)} items could not be read; the first: {lost[0].why}"),)


def json_items(body: bytes) -> Items:
    """The body's objects. A body that is no JSON is kept whole; in an array each bad item is kept alone."""
    try:
        text, is_utf8 = body.decode("utf-8-sig"), True
    except UnicodeDecodeError:
        text, is_utf8 = body.decode("utf-8", "replace"), False
    try:
        found = json.loads(text, strict=False, parse_int=_integer, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return Items((), (Unusable(body, "not JSON" if is_utf8 else "not UTF-8"),))
    objects: list[Mapping[str, object]] = []
    bad: list[Unusable] = []
    for item in found if isinstance(found, list) else [found]:
        if not isinstance(item, dict):
            bad.append(Unusable(item, "not an object"))
        elif not is_utf8 and _REPLACED in _dumped(item, ensure_ascii=False):
            bad.append(Unusable(item, "not UTF-8"))
        else:
            objects.append(item)
    return Items(tuple(objects), tuple(bad))


def _integer(digits: str) -> int | str:
    """An id of thousands of digits is an id, not a reason to refuse the body (Python refuses such
    numbers)."""
    return int(digits) if len(digits) < 20 else digits


def _dumped(item: object, *, ensure_ascii: bool = True) -> str:
    try:
        return json.dumps(item, ensure_ascii=ensure_ascii, default=str)
    except (ValueError, RecursionError):
        return "null"


def as_bytes(item: object) -> bytes:
    """An item as JSON again, for the quarantine: what is read from it is the same item."""
    return _dumped(item).encode("ascii")


def text(value: object) -> str | None:
    """A text as it may be stored; a number is taken as its digits (gateways send `"text": 1`). Else None."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return None


def word(value: object, limit: int) -> str | None:
    """A short, trimmed text such as an id, an address or a code; None if it is empty, too long or of another
    type."""
    found = text(value)
    trimmed = found.strip() if found is not None else ""
    return trimmed if 0 < len(trimmed) <= limit else None


def identity(value: object, *content: object) -> str:
    """The provider's id of a message, or where it gives no usable one, a hash of id and content (SPEC IN-2).

    Two messages without an id and of the same content and time are then one message: that limit is
    documented.
    """
    return word(value, MAX_ID) or "sha256:" + sha256(as_bytes([value, *content])).hexdigest()


def phone(value: object, style: Style) -> str | None:
    """The number in E.164. Without `+` it is read as a number of the channel's country, if its style names
    one."""
    written = word(value, 32)
    if written is None or not _WELL_FORMED_PHONE.fullmatch(written):
        return None
    return _e164(written, _REGIONS.get(style))


@lru_cache(maxsize=100_000)
def _e164(written: str, home: str | None) -> str | None:
    for candidate, region in ((written, home), ("+" + written.lstrip("+"), None)):
        try:
            number = phonenumbers.parse(candidate, region)
        except phonenumbers.NumberParseException:
            continue
        is_a_persons = number.national_number is not None and number.national_number >= SHORTEST_NUMBER
        if is_a_persons and phonenumbers.is_possible_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return None


def instant(value: object) -> datetime | None:
    """An instant, UTC: ISO 8601 with its offset, RFC 2822, or seconds since 1970. A time without a zone is
    nobody's."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        in_range = math.isfinite(value) and _EARLIEST <= value < _LATEST
        return datetime.fromtimestamp(value, UTC) if in_range else None
    if not isinstance(value, str) or len(value) > 64:
        return None
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            at = read(value.strip())
            if at.tzinfo is not None and _EARLIEST <= at.timestamp() < _LATEST:
                return at.astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None


def first(fields: Mapping[str, Sequence[str]], name: str) -> str | None:
    """The first value of a form's or query's field."""
    values = fields.get(name)
    return values[0] if values else None
