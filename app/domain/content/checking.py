"""Judges a text by all checks together."""

from collections.abc import Iterable
from functools import lru_cache
from typing import cast

import app.domain.content.checks
from app.domain.content.check import Check, Copy, Finding, Lists, Seen, Severity
from app.domain.discovery import discover

REMEMBERED = 2048


def checks() -> tuple[Check, ...]:
    """The checks of the folder, sorted by name."""
    return tuple(cast(Check, check) for check in discover(app.domain.content.checks, "CHECK").values())


def findings(copy: Copy, lists: Lists, given: Iterable[Check]) -> tuple[Finding, ...]:
    """What the checks find, what blocks first; a thing that is found twice is told once."""
    seen = Seen(copy, lists)
    found = dict.fromkeys(finding for check in given for finding in check.find(seen))
    return tuple(sorted(found, key=lambda finding: finding.severity is not Severity.BLOCK))


class Judge:
    """Judges texts, and remembers its last findings: the next thousand of a campaign read the same.

    A text that names offers is judged anew each time: what it says may have ceased to be true.
    """

    def __init__(self, lists: Lists, given: Iterable[Check]) -> None:
        self._lists, self._checks = lists, tuple(given)
        self._remembered = lru_cache(maxsize=REMEMBERED)(self.anew)

    def findings(self, copy: Copy) -> tuple[Finding, ...]:
        """What the checks find, what blocks first."""
        return self.anew(copy) if copy.offers.offers else self._remembered(copy)

    def anew(self, copy: Copy) -> tuple[Finding, ...]:
        """The same without looking into the memory."""
        return findings(copy, self._lists, self._checks)


def is_blocked(found: Iterable[Finding]) -> bool:
    """Whether any of the findings keeps the text from being sent."""
    return any(finding.severity is Severity.BLOCK for finding in found)
