"""Reads delivery codes: what a receipt says about the number, and what the number's status becomes.

Statuses: `unknown`, `verified`, `unreachable` (off or out of reach the last time), `doubtful` (one hit that may mean a
suspended line), `suspended`, `dead`, and two which end it: `reassigned` (somebody else has the number) and `erased`
(nobody can tell whose it was).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

SUSPENDED_AFTER = timedelta(hours=24)
"""How far apart two hits must be to suspend a number. Source: SPEC SE-3."""


MISSED = 5
MISSED_WITHIN = timedelta(days=30)
MISSED_APART = timedelta(hours=24)
"""So many messages in a row that missed a phone within so long, each so long after the one before, suspend the number:
one night with the phone off is no suspended line. Source: carrier code tables, temporary codes."""
EXPIRES_AFTER = timedelta(days=180)
"""How long a dead or a suspended number stays its owner's: then it may be somebody else's. Source: SPEC SE-3."""
REASSIGNED = "reassigned"
ERASED = "erased"
ENDED = (REASSIGNED, ERASED)
"""No receipt changes these any more."""


class CodeKind(StrEnum):
    """What a code says; `delivered` is no code's, but what a delivery or a text of theirs says."""

    DELIVERED = "delivered"

    DEAD = "dead"
    SUSPENDED_CANDIDATE = "suspended_candidate"
    TEMPORARY = "temporary"
    OPT_OUT = "opt_out"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class DeliveryCode:
    """A row of the table; a `code` that ends with `*` stands for all that begin so."""

    provider: str
    code: str
    kind: CodeKind
    source: str


class DeliveryCodes:
    """The code tables by name."""

    def __init__(self, rows: Iterable[DeliveryCode]) -> None:
        self._exact: dict[tuple[str, str], CodeKind] = {}
        starts: dict[str, list[tuple[str, CodeKind]]] = {}
        for row in rows:
            code = row.code.casefold()
            if code.endswith("*"):
                starts.setdefault(row.provider, []).append((code[:-1], row.kind))
            else:
                self._exact[row.provider, code] = row.kind
        self._starts = {table: sorted(found, key=_longest_first) for table, found in starts.items()}

    def kind_of(self, table: str, code: str | None) -> CodeKind:
        """What a code of this table means; a code nobody has listed says nothing about the number."""
        return self._found(table, code) or CodeKind.OTHER

    def knows(self, table: str, code: str) -> bool:
        """Whether the table has a row for this code."""
        return self._found(table, code) is not None

    def _found(self, table: str, code: str | None) -> CodeKind | None:
        if not code:
            return None
        asked = code.strip().casefold()
        exact = self._exact.get((table, asked))
        if exact is not None:
            return exact
        return next((kind for start, kind in self._starts.get(table, ()) if asked.startswith(start)), None)


def _longest_first(row: tuple[str, CodeKind]) -> int:
    return -len(row[0])


def kind_of(codes: DeliveryCodes, table: str, code: str | None) -> CodeKind:
    """What a code of the table means. Source: carrier code tables."""
    return codes.kind_of(table, code)


def after_receipt(
    status: str, kind: str, previous_hit_at: datetime | None, now: datetime, missed: Iterable[datetime] = ()
) -> str:
    """The number's status after a receipt of this kind; a sign of life clears whatever was held against it.

    `previous_hit_at` is when the status was last set, `missed` when temporary codes have come before since the last
    sign of life. 空号 counts at once; 停机 makes the number `doubtful`, and a second one a day or more later suspends
    it; out of reach suspends it at the fifth time. Source: SPEC SE-3.
    """
    if status in ENDED:
        return status
    if kind == CodeKind.DELIVERED:
        return "verified"
    if kind == CodeKind.DEAD:
        return "dead"
    if status in ("dead", "suspended"):
        return status
    if kind == CodeKind.TEMPORARY:
        if times_missed([*missed, now], now) >= MISSED:
            return "suspended"
        return "doubtful" if status == "doubtful" else "unreachable"
    if kind != CodeKind.SUSPENDED_CANDIDATE:
        return status
    if status == "doubtful" and previous_hit_at is not None and now - previous_hit_at >= SUSPENDED_AFTER:
        return "suspended"
    return "doubtful"


def times_missed(missed: Iterable[datetime], now: datetime) -> int:
    """How many of these count: those within `MISSED_WITHIN`, each `MISSED_APART` or more after the last that counts."""
    counted: list[datetime] = []
    for at in sorted(missed):
        if at > now - MISSED_WITHIN and (not counted or at - counted[-1] >= MISSED_APART):
            counted.append(at)
    return len(counted)
