"""Prunes the decision log by policy: whole seals of old rows, and a signed checkpoint from which the chain goes on."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.domain.proof.chain import Checkpoint
from app.rules import KEPT_DAYS
from app.store import ledgers, seals
from app.usecases.parts import Parts

LEDGER = "decisions"
KEPT_AT_LEAST = timedelta(days=KEPT_DAYS["decisions"])
"""Whatever the policy says, the log is whole for so long."""
AT_ONCE = 40
"""Seals in one go, each in a transaction of its own."""


def prune(parts: Parts, now: datetime) -> int:
    """Removes the decisions under seals that are older than the policy keeps them; returns how many."""
    kept = parts.rules.retention.get(LEDGER)
    if kept is None:
        return 0
    before, removed = now - max(kept, KEPT_AT_LEAST), 0
    for _ in range(AT_ONCE):
        with parts.store.write() as session:
            count = _prune_next(session, before, now)
        removed += count
        if not count:
            break
    return removed


def _prune_next(session: Session, before: datetime, now: datetime) -> int:
    """Removes the oldest seal with its rows, where all are older; the checkpoint comes first, or nothing may go."""
    seal = seals.oldest(session, LEDGER)
    if seal is None or seal.at >= before or ledgers.newest_under(session, seal) >= before:
        return 0
    told = seals.checkpoint(session, LEDGER)
    rows = seal.count + (told.rows if told is not None else 0)
    seals.move_checkpoint(session, Checkpoint(LEDGER, seal.sequence, bytes(seal.digest), rows, now))
    removed = ledgers.remove_under(session, seal)
    seals.remove(session, seal)
    return removed
