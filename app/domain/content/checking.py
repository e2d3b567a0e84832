"""Judges a text by all checks together."""

from collections.abc import Iterable
from typing import cast

import app.domain.content.checks
from app.domain.content.check import Check, Copy, Finding, Lists, Seen, Severity
from app.domain.discovery import discover


def checks() -> tuple[Check, ...]:
    """The checks of the folder, sorted by name."""
    return tuple(cast(Check, check) for check in discover(app.domain.content.checks, "CHECK").values())


def findings(copy: Copy, lists: Lists, given: Iterable[Check]) -> tuple[Finding, ...]:
    """What the checks find, what blocks first; a thing that is found twice is told once."""
    seen = Seen(copy, lists)
    found = dict.fromkeys(finding for check in given for finding in check.find(seen))
    return tuple(sorted(found, key=lambda finding: finding.severity is not Severity.BLOCK))


def is_blocked(found: Iterable[Finding]) -> bool:
    """Whether any of the findings keeps the text from being sent."""
    return any(finding.severity is Severity.BLOCK for finding in found)
