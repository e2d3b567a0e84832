"""Knows the names of time zones (IANA), as they are written properly and as people write them."""

from functools import cache
from zoneinfo import available_timezones

NO_PLACES = {"Factory", "localtime", "posixrules"}
"""Files that lie among the time zones: what they say is the machine's affair."""


def is_time_zone(name: str) -> bool:
    """Whether this is an IANA name, such as Asia/Shanghai, written as it is written there."""
    return name in _names()


def zone_name(written: str) -> str | None:
    """The proper name of a zone, such as `Asia/Shanghai`; capitals and blanks make no difference. None: no zone."""
    return _by_spelling().get(written.strip().replace(" ", "_").casefold())


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones()) - NO_PLACES


@cache
def _by_spelling() -> dict[str, str]:
    return {name.casefold(): name for name in _names()}
