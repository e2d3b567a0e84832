"""Reads phone numbers: E.164 form, region, possible time zones, and how much of one may be shown."""

from dataclasses import dataclass
from functools import cache, lru_cache

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE
from phonenumbers import timezone as zones
from phonenumbers.tzdata import TIMEZONE_DATA

CACHED = 10_000
"""Numbers kept parsed by a process: about 3 MB a cache."""
CODE_LENGTHS = (1, 2, 3)
"""Digits of a calling code; none is the beginning of another."""


@dataclass(frozen=True, slots=True)
class Phone:
    """A number that can exist."""

    e164: str

    @property
    def region(self) -> str:
        """ISO 3166 (CN, US), or 001 for numbers of no country."""
        return region_of(self.e164)

    @property
    def last_four(self) -> str:
        """The digits that staff may search by."""
        return self.e164[-4:]

    @property
    def masked(self) -> str:
        """The number as pages show it: country and last four digits."""
        return masked(self.e164)


@dataclass(frozen=True, slots=True)
class NotAPhone:
    """Why a text is no phone number: empty, unreadable, too_short, too_long, no_region or impossible."""

    reason: str


_REASONS = {
    phonenumbers.NumberParseException.INVALID_COUNTRY_CODE: "no_region",
    phonenumbers.NumberParseException.TOO_SHORT_AFTER_IDD: "too_short",
    phonenumbers.NumberParseException.TOO_SHORT_NSN: "too_short",
    phonenumbers.NumberParseException.TOO_LONG: "too_long",
}
_LONGEST = 40


@lru_cache(maxsize=CACHED)
def parse(raw: str, region: str | None = None) -> Phone | NotAPhone:
    """A number as people and providers write it, read as one of `region` where it names no country."""
    written = raw.strip()
    if not written or "\x00" in written:
        return NotAPhone("empty" if not written else "unreadable")
    if len(written) > _LONGEST or any(character.isalpha() for character in written):
        return NotAPhone("too_long" if len(written) > _LONGEST else "unreadable")
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException as error:
        return NotAPhone(_REASONS.get(error.error_type, "unreadable"))
    if not phonenumbers.is_possible_number(number):
        return NotAPhone("impossible")
    return Phone(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def national(e164: str) -> str:
    """The digits of an E.164 number without its country's code, as most people and providers write them."""
    return phonenumbers.national_significant_number(phonenumbers.parse(e164))


@lru_cache(maxsize=CACHED)
def region_of(e164: str) -> str:
    """The region of an E.164 number; ZZ where it has none."""
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return "ZZ"
    found = phonenumbers.region_code_for_number(number)
    return found or phonenumbers.region_code_for_country_code(number.country_code or 0) or "ZZ"


@lru_cache(maxsize=CACHED)
def timezones_of(e164: str) -> tuple[str, ...]:
    """The IANA zones that the number's owner may live in; empty where nothing is known."""
    for length in CODE_LENGTHS:
        if found := _zones_by_code().get(e164[1 : 1 + length]):
            return found
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return ()
    return tuple(zone for zone in zones.time_zones_for_number(number) if zone != zones.UNKNOWN_TIMEZONE)


@cache
def _zones_by_code() -> dict[str, tuple[str, ...]]:
    """By calling code, where every number of it lies in the same zones: then it need not be taken apart."""
    zones_of: dict[str, set[tuple[str, ...]]] = {}
    for prefix, found in TIMEZONE_DATA.items():
        codes = (prefix[:length] for length in CODE_LENGTHS)
        code = next(one for one in codes if int(one) in COUNTRY_CODE_TO_REGION_CODE)
        zones_of.setdefault(code, set()).add(found)
    return {code: next(iter(found)) for code, found in zones_of.items() if len(found) == 1}


def masked(e164: str) -> str:
    """An E.164 number with all but its country and its last four digits hidden: +86*******1234."""
    found = parse(e164)
    code = ""
    if isinstance(found, Phone):
        code = f"+{phonenumbers.parse(e164).country_code}"
    hidden = max(0, len(e164) - len(code) - 4)
    return code + "*" * hidden + e164[len(code) + hidden :]
