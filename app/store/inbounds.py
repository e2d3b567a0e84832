"""Inbound messages: stored before they are acknowledged, decided once, in order per customer."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    bindparam,
    delete,
    func,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import Uuid

from app.store.columns import Encrypted, PlainJson
from app.store.personal import ERASED, Personal
from app.store.tables import Rows, Table, primary_key, reference
from app.store.writing import update_all

RECEIVED = "received"
UNDERSTANDING = "understanding"
DONE = "done"
UNREAD = (RECEIVED, UNDERSTANDING)
IS_UNREAD = text("inbounds.status <> 'done'")
"""Written out where it is asked for: a partial index serves only a query that states its very condition."""


class Inbound(Table):
    """A message from a customer: `received` (rules have not seen it), `understanding` (waits for the NLU), `done`."""

    __tablename__ = "inbounds"
    __table_args__ = (
        UniqueConstraint("channel_id", "provider_message_id"),
        Index(
            "ix_inbounds_unread",
            "status",
            "received_at",
            postgresql_where=text("status <> 'done'"),
            sqlite_where=text("status <> 'done'"),
        ),
        Index(
            "ix_inbounds_unread_customer",
            "customer_id",
            postgresql_where=text("status <> 'done'"),
            sqlite_where=text("status <> 'done'"),
        ),
        Index(None, "customer_id", "received_at"),
    )

    id: Mapped[UUID] = primary_key()
    channel_id: Mapped[UUID] = reference("channels.id")
    sender_id: Mapped[UUID] = reference("senders.id")
    brand_id: Mapped[UUID] = reference("brands.id")
    customer_id: Mapped[UUID] = reference("customers.id")
    provider_message_id: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(Personal)
    media: Mapped[list[Any]] = mapped_column(PlainJson, default=list, info={ERASED: []})
    sent_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(16), default=RECEIVED)
    outcome: Mapped[str | None] = mapped_column(String(60))
    decided_at: Mapped[datetime | None]
    leased_until: Mapped[datetime | None]
    conversation_id: Mapped[UUID | None] = mapped_column(Uuid(), ForeignKey("conversations.id"))
    trace_id: Mapped[str] = mapped_column(String(32))


class Quarantined(Table):
    """A delivery that was authentic and could not be parsed; kept to be replayed after the mend, which empties it."""

    __tablename__ = "quarantine"

    id: Mapped[UUID] = primary_key()
    channel_id: Mapped[UUID] = reference("channels.id")
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    body: Mapped[str] = mapped_column(Encrypted)
    why: Mapped[str] = mapped_column(String(200))
    received_at: Mapped[datetime]
    replayed_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("channel_id", "digest"),)


def waiting_customers(session: Session, limit: int) -> list[UUID]:
    """Customers with texts that no rule has seen yet, longest waiting first."""
    waiting = (
        select(Inbound.customer_id)
        .where(IS_UNREAD, Inbound.status == RECEIVED)
        .group_by(Inbound.customer_id)
        .order_by(func.min(Inbound.received_at))
        .limit(limit)
    )
    return list(session.scalars(waiting))


def received_of(session: Session, customers: Collection[UUID]) -> Rows:
    """Texts of these customers that no rule has seen, in the order they came."""
    mine = select(Inbound.__table__).where(
        IS_UNREAD, Inbound.customer_id.in_(customers), Inbound.status == RECEIVED
    )
    return session.execute(mine.order_by(Inbound.received_at, Inbound.id)).all()


def may_understand(session: Session, now: datetime) -> bool:
    """Whether any text waits for the NLU and nobody has it: a look that takes no write lock."""
    is_free = (Inbound.leased_until.is_(None)) | (Inbound.leased_until <= now)
    waiting = select(Inbound.id).where(IS_UNREAD, Inbound.status == UNDERSTANDING, is_free).limit(1)
    return session.scalars(waiting).first() is not None


def lease_for_understanding(session: Session, limit: int, now: datetime, lease: timedelta) -> Rows:
    """Leases each customer's oldest text that waits for the NLU; other processes leave it alone for so long."""
    table = Inbound.__table__
    earlier = table.alias("earlier")
    oldest = ~(
        select(earlier.c.id)
        .where(
            earlier.c.customer_id == table.c.customer_id,
            text("earlier.status <> 'done'"),
            earlier.c.status == UNDERSTANDING,
            (earlier.c.received_at < table.c.received_at)
            | ((earlier.c.received_at == table.c.received_at) & (earlier.c.id < table.c.id)),
        )
        .exists()
    )
    is_free = (table.c.leased_until.is_(None)) | (table.c.leased_until <= now)
    chosen = (
        select(table.c.id)
        .where(IS_UNREAD, table.c.status == UNDERSTANDING, is_free, oldest)
        .order_by(table.c.received_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list(
        session.scalars(chosen)
    )  # a subquery with a limit may be run more than once, and take too many
    leased = update(Inbound).where(Inbound.id.in_(ids)).values(leased_until=now + lease)
    return session.execute(leased.returning(*table.c)).all()


def release(session: Session, ids: Collection[UUID], until: datetime) -> None:
    """Lets these texts wait for the NLU again, not to be tried before `until`."""
    session.execute(
        update(Inbound).where(Inbound.id.in_(ids), Inbound.status == UNDERSTANDING).values(leased_until=until)
    )


def close(session: Session, rows: Sequence[dict[str, Any]]) -> int:
    """Records status, outcome, decided_at and conversation of decided texts."""
    return update_all(session, Inbound, rows)


def still_understanding(session: Session, ids: Collection[UUID]) -> Rows:
    """Of these texts, those nobody has closed meanwhile; read under the customers' locks."""
    mine = select(Inbound.__table__).where(Inbound.id.in_(ids), Inbound.status == UNDERSTANDING)
    return session.execute(mine.order_by(Inbound.received_at, Inbound.id)).all()


TO_CLOSE = tuple(
    getattr(Inbound, name) for name in ("id", "customer_id", "brand_id", "sender_id", "status", "trace_id")
)


def unread_rows(session: Session, customer_id: UUID) -> Rows:
    """A customer's texts that nobody has understood, in the order they came, without their words: whoever closes them
    unread does so under the customer's lock, and holds marketing in the same transaction."""
    mine = select(*TO_CLOSE).where(IS_UNREAD, Inbound.customer_id == customer_id)
    return session.execute(mine.order_by(Inbound.received_at, Inbound.id)).all()


def whose(session: Session, inbound_id: UUID) -> UUID:
    """The customer of a text."""
    return session.scalars(select(Inbound.customer_id).where(Inbound.id == inbound_id)).one()


def close_unread(session: Session, customer_id: UUID, outcome: str, now: datetime) -> None:
    """Closes all that `unread_rows` tells of."""
    mine = update(Inbound).where(IS_UNREAD, Inbound.customer_id == customer_id)
    session.execute(mine.values(status=DONE, outcome=outcome, decided_at=now, leased_until=None))


def hand_on(session: Session, former: UUID, heir: UUID, read: Collection[UUID]) -> frozenset[UUID]:
    """Gives a phone's unread texts to its new owner, but for those just `read`; returns which. Under both locks.

    They are sealed anew: what is the new owner's is opened by the new owner's key, and by no other.
    """
    mine = select(Inbound.id, Inbound.text).where(IS_UNREAD, Inbound.customer_id == former)
    moved = session.execute(mine.where(Inbound.id.not_in(read))).all()
    update_all(
        session, Inbound, [{**row._mapping, "customer_id": heir, "conversation_id": None} for row in moved]
    )
    return frozenset(row.id for row in moved)


def in_quarantine(session: Session) -> Iterator[tuple[UUID, str]]:
    """What waits there: id and body."""
    waiting = select(Quarantined.id, Quarantined.body).where(Quarantined.replayed_at.is_(None))
    in_order = waiting.order_by(Quarantined.received_at, Quarantined.id)
    for row in session.execute(in_order.execution_options(yield_per=200)):
        yield row.id, row.body


def discard(session: Session, ids: Collection[UUID]) -> None:
    """Removes deliveries from quarantine with what they held."""
    if ids:
        session.execute(delete(Quarantined).where(Quarantined.id.in_(ids)))


def stored(session: Session, told: Collection[tuple[UUID, str]]) -> set[tuple[UUID, str]]:
    """Those of these messages, each named by its channel and the provider's id, that are there already."""
    named = tuple_(Inbound.channel_id, Inbound.provider_message_id)
    found = session.execute(select(Inbound.channel_id, Inbound.provider_message_id).where(named.in_(told)))
    return {(row.channel_id, row.provider_message_id) for row in found}


UNREAD_OF = select(Inbound.customer_id).where(
    IS_UNREAD, Inbound.customer_id.in_(bindparam("customers", expanding=True))
)


def unread_of(session: Session, customers: Collection[UUID]) -> frozenset[UUID]:
    """Those of these customers of whom a text is stored and not understood yet."""
    return frozenset(session.connection().execute(UNREAD_OF, {"customers": list(customers)}).scalars())


LAST_WRITTEN = (
    select(Inbound.customer_id, Inbound.brand_id, func.max(Inbound.received_at).label("at"))
    .where(Inbound.customer_id.in_(bindparam("customers", expanding=True)))
    .group_by(Inbound.customer_id, Inbound.brand_id)
)


def last_written(session: Session, customers: Collection[UUID]) -> dict[tuple[UUID, UUID], datetime]:
    """When each of these customers last wrote to each brand; what they write to another says nothing to this one."""
    rows = session.connection().execute(LAST_WRITTEN, {"customers": list(customers)})
    return {(row.customer_id, row.brand_id): row.at for row in rows}
