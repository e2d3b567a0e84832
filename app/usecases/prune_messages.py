"""Prunes the message log by policy: what is older than it is kept, settled, and proves nothing that stays.

A batch of 100 rows is removed within 50 ms, for which nobody else can write on SQLite.
"""

from datetime import datetime, timedelta

from app.rules import KEPT_DAYS
from app.store import retention
from app.usecases.parts import Parts

LOG = "messages"
KEPT_AT_LEAST = timedelta(days=KEPT_DAYS["messages"])
"""Whatever the policy says, the log is whole for so long. Source: SPEC CP-5."""
BATCH = 100
AT_ONCE = 20
"""Batches of a table in one go, each in a transaction of its own."""


def prune(parts: Parts, now: datetime) -> dict[str, int]:
    """Removes some of what is due; returns rows by table. What is left is due at the next tick."""
    kept = parts.rules.retention.get(LOG)
    if kept is None:
        return {}
    before = now - max(kept, KEPT_AT_LEAST)
    removed: dict[str, int] = {}
    for table in retention.LOG:
        with parts.store.read() as session:
            old = retention.old_rows(session, table, before, AT_ONCE * BATCH)
        for first in range(0, len(old), BATCH):
            with parts.store.write() as session:
                count = retention.remove(session, table, old[first : first + BATCH])
            removed[table.name] = removed.get(table.name, 0) + count
    return removed
