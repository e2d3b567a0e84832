"""Receipts: the provider's later word, matched by id, applied once, kept where it came before its message."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.store.outbound.table import DELIVERED, READ, UNDELIVERED, Outbound
from app.store.tables import Rows, Table, primary_key, reference
from app.store.writing import insert_all

RANK = {
    "accepted": 1,
    "unknown": 1,
    "handing": 1,
    "sent": 2,
    "undelivered": 3,
    "failed": 3,
    "delivered": 4,
    "read": 5,
}


class Receipt(Table):
    """One report of a provider; `applied_at` is empty while no message with its id is known."""

    __tablename__ = "receipts"
    __table_args__ = (
        Index(
            "ix_receipts_waiting",
            "channel_id",
            "provider_id",
            postgresql_where=text("applied_at IS NULL"),
            sqlite_where=text("applied_at IS NULL"),
        ),
        Index(None, "outbound_id"),
    )

    id: Mapped[UUID] = primary_key()
    channel_id: Mapped[UUID] = reference("channels.id")
    outbound_id: Mapped[UUID | None]
    provider_id: Mapped[str | None] = mapped_column(String(80))
    status: Mapped[str] = mapped_column(String(12))
    code: Mapped[str | None] = mapped_column(String(60))
    at: Mapped[datetime]
    received_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]


def add(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Stores reports as they came."""
    insert_all(session, Receipt, rows)


def outbounds_named(
    session: Session, channel_id: UUID, ids: Collection[UUID], provider_ids: Collection[str]
) -> Rows:
    """The channel's messages with one of our ids or one of the provider's."""
    columns = (
        Outbound.id,
        Outbound.provider_id,
        Outbound.status,
        Outbound.customer_id,
        Outbound.brand_id,
        Outbound.code,
        Outbound.handed_at,
        Outbound.run_id,
        Outbound.staff_id,
        Outbound.trace_id,
    )
    named = Outbound.id.in_(ids) | Outbound.provider_id.in_(provider_ids)
    return session.execute(select(*columns).where(Outbound.channel_id == channel_id, named)).all()


def locked_states(session: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    """The states of these messages as they stand; no other report of them is applied before this transaction ends."""
    mine = select(Outbound.id, Outbound.status).where(Outbound.id.in_(ids)).order_by(Outbound.id)
    return (
        {row.id: row.status for row in session.execute(mine.with_for_update(key_share=True))} if ids else {}
    )


def settled_of(session: Session, customers: Collection[UUID], since: datetime) -> Rows:
    """What became of messages to these customers since this moment, in order: delivered, read, or not delivered."""
    told = (Outbound.customer_id, Outbound.channel_id, Outbound.status, Outbound.code, Outbound.settled_at)
    theirs = (Outbound.customer_id.in_(customers), Outbound.settled_at >= since)
    fate = Outbound.status.in_((DELIVERED, READ, UNDELIVERED))
    return session.execute(select(*told).where(*theirs, fate).order_by(Outbound.settled_at)).all()


def waiting(session: Session, channel_id: UUID, provider_ids: Collection[str]) -> Rows:
    """Reports that came before the provider's id was known to us."""
    mine = (
        Receipt.channel_id == channel_id,
        Receipt.provider_id.in_(provider_ids),
        Receipt.applied_at.is_(None),
    )
    return session.execute(select(Receipt.__table__).where(*mine).order_by(Receipt.received_at)).all()


def passed(session: Session, since: datetime, limit: int) -> Rows:
    """(channel_id, provider_id) of reports since then that wait although their message has its id by now."""
    named = (Outbound.channel_id == Receipt.channel_id) & (Outbound.provider_id == Receipt.provider_id)
    waiting = select(Receipt.channel_id, Receipt.provider_id).join(Outbound, named)
    fresh = waiting.where(Receipt.applied_at.is_(None), Receipt.received_at >= since)
    return session.execute(fresh.distinct().limit(limit)).all()


def mark_applied(session: Session, ids: Collection[UUID], now: datetime) -> None:
    """These reports have reached their messages."""
    session.execute(update(Receipt).where(Receipt.id.in_(ids)).values(applied_at=now))
