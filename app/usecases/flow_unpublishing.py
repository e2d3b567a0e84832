"""Takes a published flow back: nobody starts it any more, and whoever was in the middle of it is let out."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.domain.flows.state import RunState
from app.domain.flows.stimuli import StaffActed
from app.store import customers, flows, runs
from app.store.outbound import queue
from app.usecases import audit, flow_runs
from app.usecases.changes import Changes, Decided
from app.usecases.directory import BrandView
from app.usecases.parts import Parts
from app.usecases.run_identity import RunIdentity
from app.usecases.turn import Reader

BATCH = 100


def unpublish(parts: Parts, brand: BrandView, name: str, now: datetime, actor: str) -> int | None:
    """Takes the brand's flow back and ends its runs as `cancelled`: their questions close, and what they have queued
    is not sent. Returns how many runs it ended; None where no such flow is published.

    The versions stay, so that old conversations can be read, and importing the flow again publishes it anew.
    """
    with parts.store.write() as session:
        flow = flows.named(session, brand.id, name)
        if flow is None or flow.version == 0:
            return None
        audit.note(
            session, actor, "flows.unpublish", "brand", brand.code, now, flows=[name], version=flow.version
        )
        flow.version, flow.updated_at = 0, now
        flows.announce(session, brand.id)
    parts.directory.renew()
    ended = 0
    while batch := _end_some(parts, brand, name, now):
        ended += batch
    return ended


def _end_some(parts: Parts, brand: BrandView, name: str, now: datetime) -> int:
    with parts.store.read() as session:
        found = {row.id: row.customer_id for row in runs.active_in(session, brand.id, name, BATCH)}
    if found:
        with parts.store.write() as session:
            _end(parts, session, found, now)
    return len(found)


def _end(parts: Parts, session: Session, found: Mapping[UUID, UUID], now: datetime) -> None:
    directory, changes = parts.directory.current(now), Changes()
    locked = {row.id: row for row in customers.lock(session, set(found.values()))}
    rows = runs.active(session, list(found))
    book = Reader(session, directory, changes, now).turns(
        {(r.customer_id, r.sender_id) for r in rows}, locked
    )
    for row in rows:
        turn = book.turn(row.customer_id, row.sender_id, row.id.hex)
        turn.decide("run", row.id, "cancelled", "flow_unpublished", flow=row.flow)
        state = RunState.from_json(row.state)
        gone = StaffActed("cancelled")
        flow_runs.resume(parts, session, turn, state, gone, RunIdentity.of_row(row))
    changes.closed_questions.update(row.id for row in rows)
    for unsent in queue.cancel_of_runs(session, [row.id for row in rows], "flow_unpublished", now):
        changes.decide(Decided.of("outbound", unsent, "cancelled", "flow_unpublished", now))
    changes.flush(session)
