"""Claiming what is due, marking hand-overs, and giving back what a dead worker held."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, false, func, or_, select, text, update
from sqlalchemy.orm import Session

from app.store.outbound.table import CANCELLED, CLAIMED, FAILED, HANDING, QUEUED, UNKNOWN, Outbound
from app.store.tables import Rows
from app.store.writing import insert_all, rows_changed, update_all

TABLE = Outbound.__table__
IS_QUEUED = text("outbounds.status = 'queued'")
IS_OPEN = text("outbounds.status IN ('claimed', 'handing', 'unknown')")
IS_WAITING = text("outbounds.status IN ('queued', 'claimed', 'handing')")
"""Written out where they are asked for: a partial index serves only a query that states its very condition."""


def add(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Queues messages; rows name every column that has no default."""
    insert_all(session, Outbound, rows)


HAS_DUE = (
    select(TABLE.c.id)
    .where(IS_QUEUED, TABLE.c.channel_id == bindparam("channel"), TABLE.c.due_at <= bindparam("now"))
    .order_by(TABLE.c.priority)
    .limit(1)
)
"""In the index's order: to find just any, PostgreSQL walks over all that was ever sent until it comes to one."""


def has_due(session: Session, channel_id: UUID, now: datetime) -> bool:
    """Whether anything of a channel is due: a look that takes no write lock."""
    return session.connection().execute(HAS_DUE, {"channel": channel_id, "now": now}).first() is not None


def _under_way(session: Session, channel_id: UUID) -> dict[int, list[UUID]]:
    """To whom something of a channel is being sent, by the priority of the most urgent."""
    busy = (
        select(TABLE.c.customer_id, func.min(TABLE.c.priority))
        .where(IS_OPEN, TABLE.c.status.in_((CLAIMED, HANDING)), TABLE.c.channel_id == channel_id)
        .group_by(TABLE.c.customer_id)
    )
    found: dict[int, list[UUID]] = {}
    for customer_id, priority in session.execute(busy):
        found.setdefault(priority, []).append(customer_id)
    return found


def claim(
    session: Session, channel_id: UUID, limit: int, now: datetime, lease: timedelta, *, one_each: bool = False
) -> list[UUID]:
    """Takes due messages of a channel, so that no other worker looks at them during the lease; most urgent first.

    With `one_each`, of the first `limit` no two to one customer: the later ones stay in the queue.
    A customer to whom one at least as urgent is under way is left for later, so that theirs keep their order. Who that
    is, is asked first: in one statement, a database without fresh statistics compares every message with every other.
    """
    behind = [
        TABLE.c.customer_id.in_(theirs) & (TABLE.c.priority >= priority)
        for priority, theirs in _under_way(session, channel_id).items()
    ]
    due = (
        select(TABLE.c.id, TABLE.c.customer_id)
        .where(IS_QUEUED, TABLE.c.channel_id == channel_id, TABLE.c.due_at <= now, ~or_(false(), *behind))
        .order_by(TABLE.c.priority, TABLE.c.due_at, TABLE.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found = session.execute(due).all()  # a subquery with a limit may be run more than once, and take too many
    first = {row.customer_id: row.id for row in reversed(found)}
    ids = list(first.values()) if one_each else [row.id for row in found]
    if not ids:
        return []
    claimed = update(Outbound).where(Outbound.id.in_(ids), Outbound.status == QUEUED)
    rows = session.execute(
        claimed.values(status=CLAIMED, leased_until=now + lease).returning(
            Outbound.priority, Outbound.due_at, Outbound.id
        )
    )
    urgency = sorted((row.priority, row.due_at, row.id) for row in rows)
    return [message_id for _, _, message_id in urgency]


_IS_CLAIMED = (TABLE.c.id.in_(bindparam("ids", expanding=True)), TABLE.c.status == CLAIMED)
CLAIMED_ROWS = select(TABLE).where(*_IS_CLAIMED).order_by(TABLE.c.priority, TABLE.c.due_at, TABLE.c.id)
CLAIMS = select(
    TABLE.c.id, TABLE.c.customer_id, TABLE.c.brand_id, TABLE.c.trace_id, TABLE.c.leased_until
).where(*_IS_CLAIMED)


def claimed_rows(session: Session, ids: Collection[UUID]) -> Rows:
    """Those of these messages that are claimed, with all that they say, in the order in which they are to leave."""
    return session.connection().execute(CLAIMED_ROWS, {"ids": list(ids)}).all()


def claims(session: Session, ids: Collection[UUID]) -> Rows:
    """Those of these messages that are claimed: (id, customer_id, brand_id, trace_id, leased_until)."""
    return session.connection().execute(CLAIMS, {"ids": list(ids)}).all()


def still_claimed(session: Session, rows: Rows) -> Rows:
    """Those of these claimed messages whose claim still stands; asked under their customers' locks.

    A message is changed by nobody but who has claimed it, and by whoever cancels it. So what stands is as it was read.
    """
    leases = {claim.id: claim.leased_until for claim in claims(session, [row.id for row in rows])}
    return [row for row in rows if row.id in leases and leases[row.id] == row.leased_until]


WAITING_FOR = select(
    TABLE.c.id, TABLE.c.customer_id, TABLE.c.channel_id, TABLE.c.priority, TABLE.c.due_at
).where(IS_WAITING, TABLE.c.customer_id.in_(bindparam("customers", expanding=True)))


def overtaking(session: Session, rows: Rows) -> set[UUID]:
    """Of these claimed messages, those that would overtake one to the same customer that another worker has claimed.

    Asked under the customers' locks: two workers that claim at the same moment do not see each other's claims.
    """
    ids = {row.id for row in rows}
    customers = {row.customer_id for row in rows}
    places: dict[tuple[UUID, UUID], list[Any]] = {}
    for one in session.connection().execute(WAITING_FOR, {"customers": list(customers)}):
        if one.id not in ids:
            places.setdefault((one.customer_id, one.channel_id), []).append(one)
    return {
        row.id
        for row in rows
        for one in places.get((row.customer_id, row.channel_id), ())
        if one.due_at <= row.due_at and _place(one) < _place(row)
    }


def _place(row: Any) -> tuple[int, datetime, UUID]:
    return row.priority, row.due_at, row.id


def update_rows(session: Session, rows: Sequence[dict[str, Any]]) -> int:
    """Changes messages by id; all mappings name the same columns."""
    return update_all(session, Outbound, rows)


def unclaim(session: Session, ids: Collection[UUID]) -> None:
    """Gives claimed messages back to the queue at once."""
    mine = update(Outbound).where(Outbound.id.in_(ids), Outbound.status == CLAIMED)
    session.execute(mine.values(status=QUEUED, leased_until=None))


def release_expired(session: Session, now: datetime) -> int:
    """Back to the queue: messages claimed by a worker that has not come back within its lease."""
    late = update(Outbound).where(Outbound.id.in_(_forsaken(session, CLAIMED, now)))
    done = session.execute(late.values(status=QUEUED, leased_until=None))
    return rows_changed(done)


def _forsaken(session: Session, status: str, now: datetime) -> list[UUID]:
    """Messages whose lease has run out, locked. One that somebody writes to at this moment is not among them: to wait
    for it could be a deadlock, for they may want several of these in an order of their own.
    """
    late = select(Outbound.id).where(IS_OPEN, Outbound.status == status, Outbound.leased_until <= now)
    return list(session.scalars(late.order_by(Outbound.id).with_for_update(skip_locked=True)))


def expire_hand_overs(session: Session, now: datetime) -> Rows:
    """Hand-overs whose worker died: nobody knows whether the provider took them, so they are `unknown`, not resent.

    Returns (id, customer_id, brand_id, trace_id).
    """
    lost = update(Outbound).where(Outbound.id.in_(_forsaken(session, HANDING, now)))
    told = (Outbound.id, Outbound.customer_id, Outbound.brand_id, Outbound.trace_id)
    values = {"status": UNKNOWN, "reason": "hand_over_lost", "leased_until": None}
    return session.execute(lost.values(values).returning(*told)).all()


def end_unknown_of(session: Session, customers: Collection[UUID], reason: str, now: datetime) -> None:
    """The hand-overs to these customers of which nobody will ever learn more have failed."""
    lost = (IS_OPEN, Outbound.status == UNKNOWN, Outbound.customer_id.in_(customers))
    values = {
        "status": FAILED,
        "reason": reason,
        "settled_at": now,
        "leased_until": None,
        "is_for_staff": False,
    }
    session.execute(update(Outbound).where(*lost).values(values))


CANCEL = (
    update(TABLE)  # type: ignore[arg-type]
    .where(
        TABLE.c.customer_id.in_(bindparam("customers", expanding=True)),
        TABLE.c.brand_id == bindparam("brand"),
        TABLE.c.purpose.in_(bindparam("purposes", expanding=True))
        | (TABLE.c.asks_question & (TABLE.c.cause == "opt_in")),
        TABLE.c.status.in_((QUEUED, CLAIMED)),
        TABLE.c.staff_id.is_(None),
    )
    .values(status=CANCELLED, reason=bindparam("why"), settled_at=bindparam("at"), leased_until=None)
    .returning(TABLE.c.id, TABLE.c.customer_id, TABLE.c.brand_id)
)


def cancel(
    session: Session,
    customers: Collection[UUID],
    brand_id: UUID,
    purposes: Collection[str],
    reason: str,
    now: datetime,
) -> Rows:
    """Cancels what waits for these customers from the brand with these purposes, and questions for consent.

    Texts of staff are left to the gate, which refuses them at their turn and tells their writers.
    Returns (id, customer_id, brand_id).
    """
    told = {
        "customers": list(customers),
        "brand": brand_id,
        "purposes": list(purposes),
        "why": reason,
        "at": now,
    }
    return session.connection().execute(CANCEL, told).all()


def cancel_of_customer(session: Session, customer_id: UUID, reason: str, now: datetime) -> Rows:
    """Cancels all that waits for a customer, and takes it off the staff's list. Returns (id, brand_id, trace_id)."""
    mine = Outbound.customer_id == customer_id
    session.execute(update(Outbound).where(mine, Outbound.is_for_staff).values(is_for_staff=False))
    waiting = update(Outbound).where(mine, Outbound.status.in_((QUEUED, CLAIMED)))
    gone = waiting.values(status=CANCELLED, reason=reason, settled_at=now, leased_until=None)
    return session.execute(gone.returning(TABLE.c.id, TABLE.c.brand_id, TABLE.c.trace_id)).all()


def cancel_of_runs(session: Session, run_ids: Collection[UUID], reason: str, now: datetime) -> Rows:
    """Cancels what these runs have queued. Returns (id, customer_id, brand_id, trace_id)."""
    waiting = update(Outbound).where(Outbound.run_id.in_(run_ids), Outbound.status.in_((QUEUED, CLAIMED)))
    gone = waiting.values(status=CANCELLED, reason=reason, settled_at=now, leased_until=None)
    return session.execute(
        gone.returning(TABLE.c.id, TABLE.c.customer_id, TABLE.c.brand_id, TABLE.c.trace_id)
    ).all()


def cancel_unsaid(
    session: Session, customer_id: UUID, brand_id: UUID, purpose: str, reason: str, now: datetime
) -> Rows:
    """Cancels what waits for a customer with this purpose. Returns (id, customer_id, brand_id, trace_id)."""
    mine = (Outbound.customer_id == customer_id, Outbound.brand_id == brand_id, Outbound.purpose == purpose)
    waiting = update(Outbound).where(*mine, Outbound.status.in_((QUEUED, CLAIMED)))
    gone = waiting.values(status=CANCELLED, reason=reason, settled_at=now, leased_until=None)
    told = (TABLE.c.id, TABLE.c.customer_id, TABLE.c.brand_id, TABLE.c.trace_id)
    return session.execute(gone.returning(*told)).all()


HANDING_TO = select(TABLE.c.id, TABLE.c.customer_id).where(
    IS_OPEN, TABLE.c.status == HANDING, TABLE.c.customer_id.in_(bindparam("customers", expanding=True))
)


def handing_to(session: Session, customers: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Messages that a provider is being given at this moment, by customer."""
    found: dict[UUID, list[UUID]] = {}
    for row in session.connection().execute(HANDING_TO, {"customers": list(customers)}):
        found.setdefault(row.customer_id, []).append(row.id)
    return found


def is_handing(session: Session, ids: Collection[UUID]) -> bool:
    """Whether any of these messages is still being given to its provider."""
    open_now = select(TABLE.c.id).where(TABLE.c.id.in_(ids), TABLE.c.status == HANDING).limit(1)
    return session.scalars(open_now).first() is not None


_LATER = TABLE.alias("later")
LAST_HANDED = (
    select(TABLE.c.customer_id, TABLE.c.sender_id, TABLE.c.offered, TABLE.c.language)
    .where(
        TABLE.c.customer_id.in_(bindparam("customers", expanding=True)),
        TABLE.c.handed_at
        == select(func.max(_LATER.c.handed_at))
        .where(_LATER.c.customer_id == TABLE.c.customer_id, _LATER.c.sender_id == TABLE.c.sender_id)
        .scalar_subquery(),
    )
    .order_by(TABLE.c.id)
)


def last_handed(session: Session, customers: Collection[UUID]) -> dict[tuple[UUID, UUID], Any]:
    """Of the last message handed over to each (customer, sender): the opt-out word it offered, its language."""
    rows = session.connection().execute(LAST_HANDED, {"customers": list(customers)})
    return {(row.customer_id, row.sender_id): row for row in rows}
