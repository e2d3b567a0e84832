"""Reads one row of a list: the person it speaks of, the consent it proves, and what cannot be read in it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from app.domain import phone as phones
from app.domain.imports.columns import ATTRIBUTE, Columns
from app.domain.imports.moments import moment
from app.domain.imports.sources import BOUGHT, ConsentSource, source_named
from app.domain.imports.spelling import folded
from app.domain.text import clean
from app.domain.zones import zone_name

LONGEST_NAME = 80
LONGEST_TAG = 40
MOST_TAGS = 20
LONGEST_WORDING = 500
LONGEST_ATTRIBUTE = 500
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)

_CHINESE_MOBILE = re.compile(r"(?:\+86)?(1[3-9][0-9]{9})")
_SCIENTIFIC = re.compile(r"[+-]?\d+(\.\d+)?[eE]\+?\d+")
_AS_TEXT = re.compile(r'="(.*)"')
_LANGUAGES = {
    **dict.fromkeys(("zh", "cn", "zhcn", "zhhans", "chinese", "中文", "简体中文", "汉语", "普通话"), "zh"),
    **dict.fromkeys(("en", "enus", "engb", "english", "英文", "英语"), "en"),
}
_BETWEEN_TAGS = re.compile(r"[;；,，、|]")


@dataclass(frozen=True, slots=True)
class Proof:
    """Evidence of consent: where it was given, when, and to which words."""

    source: str
    at: datetime
    wording: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One person of the list; without `proof` they are for service alone."""

    phone: str
    name: str | None = None
    language: str | None = None
    timezone: str | None = None
    """IANA name."""
    tags: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    proof: Proof | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a row; `shown` is the value with most of it hidden. Left out is the row, else the value."""

    field: str
    reason: str
    shown: str
    is_row_left_out: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for the whole list: the consent the marketer vouches for, and how to read numbers and times."""

    source: str
    consent_at: datetime | None
    wording: str | None
    region: str
    zone: tzinfo
    now: datetime
    has_partner: bool = False
    """The partner who brought the people is named."""
    brand_names: tuple[str, ...] = ()
    """Of which one stands in the words that people agreed to at a partner."""


class Row:
    """The cells of one row, by field, and what was found wrong with them."""

    def __init__(self, cells: Sequence[str], columns: Columns, terms: Terms) -> None:
        self.cells, self.columns, self.terms = cells, columns, terms
        self.findings: list[Finding] = []

    def read(self) -> Entry | None:
        """The person, or None where the row has to be left out."""
        e164 = self._phone()
        if e164 is None:
            return None
        proof = self._proof()
        if any(one.is_row_left_out for one in self.findings):
            return None
        about = (self._name(), self._language(), self._timezone(), self._tags(), self._attributes())
        return Entry(e164, *about, proof)

    def phone_only(self) -> str | None:
        """The number alone, for a row that was dealt with before."""
        return self._phone()

    def _cell(self, name: str) -> str:
        place = self.columns.places.get(name)
        return self.cells[place].strip() if place is not None and place < len(self.cells) else ""

    def _refuse(self, name: str, reason: str, *, is_row: bool = False) -> None:
        self.findings.append(Finding(name, reason, hidden(self._cell(name)), is_row))

    def _phone(self) -> str | None:
        written = self._cell("phone")
        quoted = _AS_TEXT.fullmatch(written)
        written = quoted[1] if quoted else written.removeprefix("'")
        quick = _CHINESE_MOBILE.fullmatch(written)
        if quick and (self.terms.region == "CN" or written.startswith("+")):
            return f"+86{quick[1]}"  # what the library says too, in a hundredth of the time
        found = phones.parse(written, self.terms.region)
        if isinstance(found, phones.Phone) and _may_be_texted(found.e164):
            return found.e164
        reason = "phone_not_mobile" if isinstance(found, phones.Phone) else f"phone_{found.reason}"
        reason = "scientific" if _SCIENTIFIC.fullmatch(written) else reason
        self._refuse("phone", reason, is_row=True)
        return None

    def _name(self) -> str | None:
        name = clean(self._cell("name"))
        if len(name) > LONGEST_NAME:
            self._refuse("name", "too_long")
            return None
        return name or None

    def _language(self) -> str | None:
        written = self._cell("language")
        if not written:
            return None
        found = _LANGUAGES.get(folded(written))
        if found is None:
            self._refuse("language", "unknown_language")
        return found

    def _timezone(self) -> str | None:
        written = self._cell("timezone")
        found = zone_name(written) if written else None
        if written and found is None:
            self._refuse("timezone", "unknown_timezone")
        return found

    def _tags(self) -> tuple[str, ...]:
        tags = tuple(dict.fromkeys(tag.strip() for tag in _BETWEEN_TAGS.split(clean(self._cell("tags")))))
        tags = tuple(tag for tag in tags if tag)
        if len(tags) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in tags):
            self._refuse("tags", "too_many_tags" if len(tags) > MOST_TAGS else "too_long")
            return ()
        return tags

    def _attributes(self) -> dict[str, str]:
        kept = {}
        for name in self.columns.places:
            if name.startswith(ATTRIBUTE) and (value := clean(self._cell(name))):
                if len(value) > LONGEST_ATTRIBUTE:
                    self._refuse(name, "too_long")
                else:
                    kept[name.removeprefix(ATTRIBUTE)] = value
        return kept

    def _proof(self) -> Proof | None:
        """Where the list has a column for it, the row's own cell counts, and an empty one proves nothing."""
        has = self.columns.places
        written = clean(self._cell("consent_source")) if "consent_source" in has else self.terms.source
        source = source_named(written)
        if source == BOUGHT:
            self._refuse("consent_source", BOUGHT, is_row=True)
            return None
        at = self._consent_at() if "consent_at" in has else self.terms.consent_at
        wording = (
            clean(self._cell("consent_wording")) if "consent_wording" in has else self.terms.wording or ""
        )
        if written and source is None:
            self._refuse("consent_source", "unknown_source")
            return None
        if len(wording) > LONGEST_WORDING:
            self._refuse("consent_wording", "too_long")
            return None
        if source == ConsentSource.PARTNER and not self._is_by_partner(wording):
            return None
        return Proof(source, at, wording) if source and at and wording else None

    def _is_by_partner(self, wording: str) -> bool:
        """Whether the partner is known, and the words that people agreed to there name the brand."""
        if not self.terms.has_partner:
            self._refuse("consent_source", "partner_unnamed")
        elif wording and not names_brand(wording, self.terms.brand_names):
            self._refuse("consent_wording", "brand_unnamed")
        else:
            return True
        return False

    def _consent_at(self) -> datetime | None:
        written = self._cell("consent_at")
        at = moment(written, self.terms.zone)
        if at is None or not EARLIEST <= at <= self.terms.now:
            if written:
                self._refuse("consent_at", "no_moment" if at is None else "not_then")
            return None
        return at.astimezone(UTC)


def names_brand(wording: str, names: Sequence[str]) -> bool:
    """Whether one of a brand's names stands in the words that somebody agreed to. Source: SPEC SE-7."""
    said = folded(wording)
    return any(folded(name) in said for name in names if folded(name))


def _may_be_texted(e164: str) -> bool:
    """Whether the number can be a mobile one; outside the mainland its looks do not tell."""
    return not e164.startswith("+86") or _CHINESE_MOBILE.fullmatch(e164) is not None


def merged(earlier: Entry, later: Entry) -> Entry:
    """Two rows about one person as one: the later one's words count, where it has any; of two proofs the newest."""
    proofs = [proof for proof in (earlier.proof, later.proof) if proof is not None]
    return Entry(
        later.phone,
        later.name or earlier.name,
        later.language or earlier.language,
        later.timezone or earlier.timezone,
        tuple(dict.fromkeys((*earlier.tags, *later.tags))),
        {**earlier.attributes, **later.attributes},
        max(proofs, key=lambda proof: proof.at) if proofs else None,
    )


def hidden(value: str) -> str:
    """A value with all but its last signs hidden, so that its owner finds it and nobody else learns it."""
    if len(value) > 40:
        return f"… ({len(value)})"
    shown = min(4, len(value) // 4)
    return "*" * (len(value) - shown) + value[len(value) - shown :]
