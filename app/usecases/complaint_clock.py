"""What the clock does for complaints: records broken promises, and asks customers whether it is solved.

A batch of ten customers is written within 50 ms, for which nobody else can write on SQLite.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import sla
from app.domain.flows.stimuli import Triggered
from app.domain.purpose import Cause, CauseKind
from app.domain.sla import SlaState
from app.store import complaints as complaint_store
from app.store import customers
from app.store.customers import Profile
from app.store.outbound.table import Outbound
from app.store.tables import Rows
from app.usecases import complaints, flow_runs
from app.usecases.changes import Changes
from app.usecases.directory import Directory
from app.usecases.isolation import each_alone_after_failure
from app.usecases.parts import Parts
from app.usecases.run_identity import fresh_identity
from app.usecases.turn import Reader, Turn

BATCH = 10
FOLLOW_UP_FLOW = "complaint_follow_up"


def record_breaches(parts: Parts, now: datetime) -> int:
    """Records the promises that were broken by now; each once, whatever was down meanwhile."""
    done = 0
    for page in _pages(parts, complaint_store.late, now):
        late = [row for row in page if sla.due_breaches(SlaState.from_json(row.clock), now)]
        done += _each(parts, late, now, lambda _, turn, row: complaints.record_breaches(turn, row))
    return done


def ask_follow_ups(parts: Parts, now: datetime) -> int:
    """Asks the customers of resolved complaints whose time has come, by day where they live."""

    def ask(session: Session, turn: Turn, row: dict[str, Any]) -> int:
        zone = turn.timezone
        if row["status"] != complaint_store.RESOLVED or row["follow_up_at"] is not None:
            return 0
        if not complaints.is_asking_time(now, zone):
            complaints.ask_later(turn, row, zone)
            return 0
        complaints.asked(turn, row)
        cause = Cause(CauseKind.COMPLAINT, now)
        identity = fresh_identity(cause, complaint_id=row["id"])
        if (
            flow_runs.start(parts, session, turn, FOLLOW_UP_FLOW, Triggered(by="system", at=now), identity)
            is None
        ):
            complaints.followed_up(turn, row["id"], "not_possible")
        return 1

    return sum(_each(parts, page, now, ask) for page in _pages(parts, complaint_store.to_follow_up, now))


def _pages(parts: Parts, read: Callable[..., Rows], now: datetime) -> Iterator[Rows]:
    """Every due row, a batch at a time: rows that cannot proceed hold up none behind them."""
    after = None
    while True:
        with parts.store.read() as session:
            page = read(session, now, BATCH, after)
        if page:
            yield page
        if len(page) < BATCH:
            return
        after = (page[-1].since, page[-1].id)


def _each(
    parts: Parts,
    wanted: Sequence[Any],
    now: datetime,
    act: Callable[[Session, Turn, dict[str, Any]], int],
) -> int:
    owners = {row.id: row.customer_id for row in wanted}
    done = sum(
        each_alone_after_failure(list(owners), lambda ids: _act(parts, ids, owners, now, act), lambda _: None)
    )
    if done:
        parts.wake.ring("outbound")
    return done


def _act(
    parts: Parts,
    ids: Sequence[UUID],
    owners: Mapping[UUID, UUID],
    now: datetime,
    act: Callable[[Session, Turn, dict[str, Any]], int],
) -> int:
    done = 0
    with _turns(parts, {owners[one] for one in ids}, now) as (session, turns):
        for turn in turns:
            for row in [row for row in turn.complaints if row["id"] in ids]:
                done += act(session, turn, row)
    return done


@contextmanager
def _turns(parts: Parts, ids: set[UUID], now: datetime) -> Iterator[tuple[Session, list[Turn]]]:
    directory, changes = parts.directory.current(now), Changes()
    with parts.store.write() as session:
        yield session, complaining_turns(session, directory, changes, ids, now)
        changes.flush(session)


def complaining_turns(
    session: Session,
    directory: Directory,
    changes: Changes,
    ids: set[UUID],
    now: datetime,
    *,
    is_to_write: bool = True,
) -> list[Turn]:
    """The turns of these customers with every brand they have an unsettled complaint with, under their locks.

    Where the brand is to write, those are left out to whom it has no active number to write from.
    """
    locked = {row.id: row for row in customers.lock(session, ids)}
    pairs = {(row.customer_id, row.brand_id) for row in complaint_store.unresolved(session, ids)}
    wanted = set()
    for customer_id, brand_id in pairs:
        sender = directory.sender_for(brand_id, "service", _known_sender(session, customer_id, brand_id))
        if sender is None and not is_to_write:
            sender = next((one for one in directory.senders.values() if one.brand_id == brand_id), None)
        if sender is not None:
            wanted.add((customer_id, sender.id))
    book = Reader(session, directory, changes, now).turns(wanted, locked)
    return [book.turn(customer_id, sender_id, "") for customer_id, sender_id in sorted(wanted)]


def _known_sender(session: Session, customer_id: UUID, brand_id: UUID) -> UUID | None:
    mine = (Outbound.customer_id == customer_id, Outbound.brand_id == brand_id)
    wrote = select(Outbound.sender_id).where(*mine).order_by(Outbound.created_at.desc()).limit(1)
    known = select(Profile.last_sender_id).where(
        Profile.customer_id == customer_id, Profile.brand_id == brand_id
    )
    return session.scalars(wrote).first() or session.scalars(known).first()
