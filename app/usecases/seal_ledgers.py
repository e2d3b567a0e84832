"""Seals what has been added to the ledgers: reads and digests outside of any transaction, writes in short ones."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError

from app.domain.proof import chain
from app.store import ledgers, seals
from app.usecases.parts import Parts

BATCH = 250
"""Rows a seal at most: it is written within 50 ms, and somebody who checks one row needs the digests of the others."""
AT_ONCE = 200
"""Batches of a ledger in one go, so that others have their turn."""


class _Overtaken(Exception):
    """Another sealer has sealed some of these rows meanwhile."""


def seal_all(parts: Parts, now: datetime) -> int:
    """Seals every ledger's new rows; returns how many."""
    sealed = 0
    for ledger in ledgers.LEDGERS:
        for _ in range(AT_ONCE):
            batch = seal_next(parts, ledger, now)
            sealed += batch
            if batch < BATCH:
                break
    return sealed


def seal_next(parts: Parts, ledger: str, now: datetime) -> int:
    """Seals the ledger's next rows; returns how many: none where another sealer was faster."""
    with parts.store.read() as session:
        rows = ledgers.unsealed(session, ledger, BATCH)
    digests = [(row["id"], ledgers.proper_digest(ledger, row)) for row in rows]
    if not digests:
        return 0
    try:
        with parts.store.write() as session:
            says, ids = chain.seal(ledger, seals.head(session, ledger), digests, now)
            seal_id = seals.add(session, says, ids)
            if ledgers.mark(session, ledger, seal_id, digests) != len(digests):
                raise _Overtaken
    except (IntegrityError, _Overtaken):
        return 0
    return len(digests)
