"""Reads delivery codes: what a receipt says about the number, and what the number's status becomes.

Statuses: `unknown`, `verified`, `doubtful` (one hit that may mean a suspended line), `suspended`, `dead`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

SUSPENDED_AFTER = timedelta(hours=24)
"""How far apart two hits must be to suspend a number. Source: SPEC SE-3."""


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
        if not code:
            return CodeKind.OTHER
        asked = code.strip().casefold()
        exact = self._exact.get((table, asked))
        if exact is not None:
            return exact
        for start, kind in self._starts.get(table, ()):
            if asked.startswith(start):
                return kind
        return CodeKind.OTHER


def _longest_first(row: tuple[str, CodeKind]) -> int:
    return -len(row[0])


def kind_of(codes: DeliveryCodes, table: str, code: str | None) -> CodeKind:
    """What a code of the table means. Source: carrier code tables."""
    return codes.kind_of(table, code)


def after_receipt(status: str, kind: str, previous_hit_at: datetime | None, now: datetime) -> str:
    """The number's status after a receipt of this kind; a sign of life clears whatever was held against it.

    `previous_hit_at` is when the status was last set. 空号 counts at once; 停机 makes the number `doubtful`,
    and a second one a day or more later suspends it. Source: SPEC SE-3.
    """
    if kind == CodeKind.DELIVERED:
        return "verified"
    if kind == CodeKind.DEAD:
        return "dead"
    if kind != CodeKind.SUSPENDED_CANDIDATE or status in ("dead", "suspended"):
        return status
    if status == "doubtful" and previous_hit_at is not None and now - previous_hit_at >= SUSPENDED_AFTER:
        return "suspended"
    return "doubtful"
