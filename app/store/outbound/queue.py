"""Claiming what is due, marking hand-overs, and giving back what a dead worker held."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select, text, tuple_, update
from sqlalchemy.orm import Session

from app.store.outbound.table import CANCELLED, CLAIMED, HANDING, QUEUED, UNKNOWN, Outbound
from app.store.tables import Rows
from app.store.writing import insert_all, rows_changed, update_all

TABLE = Outbound.__table__
IS_QUEUED = text("outbounds.status = 'queued'")
IS_OPEN = text("outbounds.status IN ('claimed', 'handing', 'unknown')")
"""Written out where they are asked for: a partial index serves only a query that states its very condition."""


def add(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Queues messages; rows name every column that has no default."""
    insert_all(session, Outbound, rows)


def has_due(session: Session, channel_id: UUID, now: datetime) -> bool:
    """Whether anything of a channel is due: a look that takes no write lock."""
    due = select(TABLE.c.id).where(IS_QUEUED, TABLE.c.channel_id == channel_id, TABLE.c.due_at <= now)
    return session.scalars(due.limit(1)).first() is not None


_BEFORE = TABLE.alias("before")
_IS_BEHIND = (
    select(_BEFORE.c.id)
    .where(
        text("before.status IN ('claimed', 'handing', 'unknown')"),
        _BEFORE.c.status.in_((CLAIMED, HANDING)),
        _BEFORE.c.customer_id == TABLE.c.customer_id,
        _BEFORE.c.channel_id == TABLE.c.channel_id,
        _BEFORE.c.priority <= TABLE.c.priority,
    )
    .exists()
)


def claim(session: Session, channel_id: UUID, limit: int, now: datetime, lease: timedelta) -> list[UUID]:
    """Takes due messages of a channel, so that no other worker looks at them during the lease; most urgent first.

    A customer to whom one at least as urgent is under way is left for later, so that theirs keep their order.
    """
    due = (
        select(TABLE.c.id)
        .where(IS_QUEUED, TABLE.c.channel_id == channel_id, TABLE.c.due_at <= now, ~_IS_BEHIND)
        .order_by(TABLE.c.priority, TABLE.c.due_at, TABLE.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list(session.scalars(due))  # a subquery with a limit may be run more than once, and take too many
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


def claimed_rows(session: Session, ids: Collection[UUID], customers: Collection[UUID]) -> Rows:
    """The claimed messages of customers whose rows this transaction has locked."""
    mine = (TABLE.c.id.in_(ids), TABLE.c.customer_id.in_(customers), TABLE.c.status == CLAIMED)
    return session.execute(
        select(TABLE).where(*mine).order_by(TABLE.c.priority, TABLE.c.due_at, TABLE.c.id)
    ).all()


def overtaking(session: Session, ids: Collection[UUID]) -> set[UUID]:
    """Of these claimed messages, those that would overtake one to the same customer that another worker has claimed.

    Asked under the customers' locks: two workers that claim at the same moment do not see each other's claims.
    """
    place, before = (tuple_(t.c.priority, t.c.due_at, t.c.id) for t in (TABLE, _BEFORE))
    mine = (_BEFORE.c.customer_id == TABLE.c.customer_id) & (_BEFORE.c.channel_id == TABLE.c.channel_id)
    is_elsewhere = _BEFORE.c.status.in_((QUEUED, CLAIMED, HANDING)) & _BEFORE.c.id.not_in(ids)
    is_due = _BEFORE.c.due_at <= TABLE.c.due_at
    found = (
        select(TABLE.c.id)
        .join(_BEFORE, mine)
        .where(TABLE.c.id.in_(ids), is_elsewhere, is_due, before < place)
    )
    return set(session.scalars(found))


def customers_of(session: Session, ids: Collection[UUID]) -> set[UUID]:
    """Whose messages these are."""
    return set(session.scalars(select(TABLE.c.customer_id).where(TABLE.c.id.in_(ids))))


def update_rows(session: Session, rows: Sequence[dict[str, Any]]) -> int:
    """Changes messages by id; all mappings name the same columns."""
    return update_all(session, Outbound, rows)


def unclaim(session: Session, ids: Collection[UUID]) -> None:
    """Gives claimed messages back to the queue at once."""
    mine = update(Outbound).where(Outbound.id.in_(ids), Outbound.status == CLAIMED)
    session.execute(mine.values(status=QUEUED, leased_until=None))


def release_expired(session: Session, now: datetime) -> int:
    """Back to the queue: messages claimed by a worker that has not come back within its lease."""
    late = update(Outbound).where(IS_OPEN, Outbound.status == CLAIMED, Outbound.leased_until <= now)
    done = session.execute(late.values(status=QUEUED, leased_until=None))
    return rows_changed(done)


def expire_hand_overs(session: Session, now: datetime) -> Rows:
    """Hand-overs whose worker died: nobody knows whether the provider took them, so they are `unknown`, not resent.

    Returns (id, customer_id, brand_id, trace_id).
    """
    lost = update(Outbound).where(IS_OPEN, Outbound.status == HANDING, Outbound.leased_until <= now)
    told = (Outbound.id, Outbound.customer_id, Outbound.brand_id, Outbound.trace_id)
    values = {"status": UNKNOWN, "reason": "hand_over_lost", "leased_until": None}
    return session.execute(lost.values(values).returning(*told)).all()


CANCEL = (
    update(TABLE)  # type: ignore[arg-type]
    .where(
        TABLE.c.customer_id.in_(bindparam("customers", expanding=True)),
        TABLE.c.brand_id == bindparam("brand"),
        TABLE.c.purpose.in_(bindparam("purposes", expanding=True))
        | (TABLE.c.asks_question & (TABLE.c.cause == "opt_in")),
        TABLE.c.status.in_((QUEUED, CLAIMED)),
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


def cancel_of_runs(session: Session, run_ids: Collection[UUID], reason: str, now: datetime) -> Rows:
    """Cancels what these runs have queued. Returns (id, customer_id, brand_id, trace_id)."""
    waiting = update(Outbound).where(Outbound.run_id.in_(run_ids), Outbound.status.in_((QUEUED, CLAIMED)))
    gone = waiting.values(status=CANCELLED, reason=reason, settled_at=now, leased_until=None)
    return session.execute(
        gone.returning(TABLE.c.id, TABLE.c.customer_id, TABLE.c.brand_id, TABLE.c.trace_id)
    ).all()


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
