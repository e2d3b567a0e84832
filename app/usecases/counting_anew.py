"""Counts a brand's open complaints anew by the policy that it has now."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.domain.sla import SlaState
from app.domain.sla_policy import SlaPolicy
from app.store import complaints as complaint_store
from app.usecases import complaints
from app.usecases.changes import Changes
from app.usecases.complaint_clock import BATCH, complaining_turns
from app.usecases.parts import Parts


def count_anew(parts: Parts, brand_id: UUID, policy: SlaPolicy, now: datetime, staff_id: UUID) -> int:
    """A batch of customers at a time, under their locks; those that run by this policy already stay as they are.
    Returns how many complaints were changed."""
    with parts.store.read() as session:
        rows = complaint_store.unsettled_of(session, brand_id)
    others = (row.customer_id for row in rows if SlaState.from_json(row.clock).policy != policy)
    waiting = list(dict.fromkeys(others))
    batches = (waiting[first : first + BATCH] for first in range(0, len(waiting), BATCH))
    return sum(_count_batch(parts, batch, brand_id, policy, now, staff_id) for batch in batches)


def _count_batch(
    parts: Parts, ids: Sequence[UUID], brand_id: UUID, policy: SlaPolicy, now: datetime, staff_id: UUID
) -> int:
    directory, changes, done = parts.directory.current(now), Changes(), 0
    with parts.store.write() as session:
        for turn in complaining_turns(session, directory, changes, set(ids), now, is_to_write=False):
            for row in turn.complaints if turn.brand.id == brand_id else ():
                if SlaState.from_json(row["clock"]).policy != policy:
                    complaints.rebased(turn, row, policy, staff_id)
                    done += 1
        changes.flush(session)
    return done
