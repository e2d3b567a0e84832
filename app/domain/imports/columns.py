"""Decides which column of a list means what, by the names at its top or by what the marketer has said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.domain.imports.spelling import folded

FIELDS = (
    *("phone", "name", "language", "timezone", "tags"),
    *("consent_source", "consent_at", "consent_wording"),
)
ATTRIBUTE = "attribute."
"""Before the name of anything else that is to be kept: `attribute.city`."""
IGNORED = "-"
LONGEST_ATTRIBUTE = 60

_SPELLINGS: Mapping[str, tuple[str, ...]] = {
    "phone": (
        *("phone", "mobile", "tel", "telephone", "phone number", "mobile phone", "mobile number", "cell"),
        *("手机号", "手机", "手机号码", "电话", "电话号码", "联系电话", "移动电话", "手機", "手機號碼"),
    ),
    "name": (
        "name",
        "full name",
        "customer",
        "customer name",
        "姓名",
        "名字",
        "客户",
        "客户姓名",
        "会员姓名",
    ),
    "language": ("language", "lang", "语言", "語言"),
    "timezone": ("time zone", "timezone", "tz", "时区", "時區"),
    "tags": ("tags", "tag", "labels", "标签", "標籤"),
    "consent_source": ("consent source", "source of consent", "同意来源", "授权来源"),
    "consent_at": ("consent at", "consent time", "consent date", "同意时间", "同意日期", "授权时间"),
    "consent_wording": ("consent wording", "consent text", "wording", "同意文字", "同意文本", "授权文案"),
}
_BY_SPELLING = {
    folded(spelling): field for field, spellings in _SPELLINGS.items() for spelling in (field, *spellings)
}


class ColumnsUnclear(Exception):
    """The columns cannot be told apart. Reasons: `no_phone_column`, `no_header`, `twice`, `unknown_column`,
    `unknown_field`; `what` names the column or the field."""

    def __init__(self, reason: str, what: str = "") -> None:
        super().__init__(f"{reason}: {what}")
        self.reason, self.what = reason, what


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each field stands (counted from 0), the names of all columns, and those that nothing is taken from."""

    header: tuple[str, ...]
    places: Mapping[str, int]
    ignored: tuple[str, ...]

    def name_of(self, field: str) -> str:
        """The column's name as the list writes it."""
        place = self.places.get(field)
        return field if place is None else self.header[place]


def columns_of(header: Sequence[str], told: Mapping[str, str]) -> Columns:
    """Finds each field's column; `told` says it for columns by their name, and wins. Raises ColumnsUnclear.

    A column told as `-` is left out, one told as `attribute.NAME` is kept under that name.
    """
    names = tuple(name.strip() for name in header)
    meanings = {place: _BY_SPELLING.get(folded(name), IGNORED) for place, name in enumerate(names)}
    for name, field in told.items():
        meanings[_place_of(names, name)] = _field(field)
    places: dict[str, int] = {}
    for place, field in meanings.items():
        if field == IGNORED:
            continue
        if field in places:
            raise ColumnsUnclear("twice", field)
        places[field] = place
    if "phone" not in places:
        looks_like_a_row = any(sum(sign.isdigit() for sign in name) >= 7 for name in names)
        raise ColumnsUnclear("no_header" if looks_like_a_row else "no_phone_column")
    ignored = tuple(
        name for place, name in enumerate(names) if name and meanings.get(place, IGNORED) == IGNORED
    )
    return Columns(names, places, ignored)


def guesses(header: Sequence[str]) -> dict[str, str]:
    """What the columns seem to mean, by name, for a form that asks; each field once."""
    found: dict[str, str] = {}
    for name in (name.strip() for name in header):
        field = _BY_SPELLING.get(folded(name), IGNORED)
        if field != IGNORED and field not in found.values():
            found[name] = field
    return found


def _place_of(names: Sequence[str], wanted: str) -> int:
    found = [place for place, name in enumerate(names) if folded(name) == folded(wanted)]
    if not found:
        raise ColumnsUnclear("unknown_column", wanted)
    if len(found) > 1:
        raise ColumnsUnclear("twice", wanted)
    return found[0]


def _field(written: str) -> str:
    field = written.strip()
    is_attribute = field.startswith(ATTRIBUTE) and 0 < len(field) - len(ATTRIBUTE) <= LONGEST_ATTRIBUTE
    if field not in FIELDS and field != IGNORED and not is_attribute:
        raise ColumnsUnclear("unknown_field", written)
    return field
