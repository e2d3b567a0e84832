"""What the simulator's carrier has taken: the phone shows it, and its receipts fall due."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, LargeBinary, String, delete, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.store.columns import Encrypted
from app.store.tables import Rows, Table, primary_key
from app.store.writing import insert_all


class SimulatedMessage(Table):
    """A message that reached the simulated carrier; one row per hand-over, so a double send shows as two."""

    __tablename__ = "simulated_messages"
    __table_args__ = (
        Index(
            "ix_simulated_messages_due",
            "receipt_due_at",
            postgresql_where=text("receipt_status IS NOT NULL AND reported_at IS NULL"),
            sqlite_where=text("receipt_status IS NOT NULL AND reported_at IS NULL"),
        ),
        Index(None, "outbound_id"),
    )

    id: Mapped[UUID] = primary_key()
    channel_id: Mapped[UUID]
    outbound_id: Mapped[UUID]
    phone_hash: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    address: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Encrypted)
    taken_at: Mapped[datetime]
    is_answer_lost: Mapped[bool] = mapped_column(default=False)
    is_refused: Mapped[bool] = mapped_column(default=False)
    receipt_status: Mapped[str | None] = mapped_column(String(12))
    receipt_code: Mapped[str | None] = mapped_column(String(40))
    receipt_due_at: Mapped[datetime | None]
    reported_at: Mapped[datetime | None]


def add(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Keeps messages the carrier has taken."""
    insert_all(session, SimulatedMessage, rows)


def remove(session: Session, outbound_ids: Collection[UUID]) -> None:
    """Forgets what was taken of these messages."""
    session.execute(delete(SimulatedMessage).where(SimulatedMessage.outbound_id.in_(outbound_ids)))


def times_tried(session: Session, outbound_ids: Collection[UUID]) -> dict[UUID, int]:
    """How often each message was offered to the carrier before."""
    mine = select(SimulatedMessage.outbound_id).where(SimulatedMessage.outbound_id.in_(outbound_ids))
    counts: dict[UUID, int] = {}
    for outbound_id in session.scalars(mine):
        counts[outbound_id] = counts.get(outbound_id, 0) + 1
    return counts


def has_due_receipts(session: Session, now: datetime) -> bool:
    """Whether the carrier owes any report by now."""
    table = SimulatedMessage.__table__
    owed = select(table.c.id).where(
        table.c.receipt_status.is_not(None), table.c.reported_at.is_(None), table.c.receipt_due_at <= now
    )
    return session.scalars(owed.limit(1)).first() is not None


def due_receipts(session: Session, now: datetime, limit: int) -> Rows:
    """Reports the carrier owes by now; they count as made."""
    table = SimulatedMessage.__table__
    chosen = (
        select(table.c.id)
        .where(
            table.c.receipt_status.is_not(None), table.c.reported_at.is_(None), table.c.receipt_due_at <= now
        )
        .order_by(table.c.receipt_due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list(
        session.scalars(chosen)
    )  # a subquery with a limit may be run more than once, and take too many
    reported = update(SimulatedMessage).where(SimulatedMessage.id.in_(ids)).values(reported_at=now)
    return session.execute(
        reported.returning(
            table.c.id,
            table.c.channel_id,
            table.c.outbound_id,
            table.c.receipt_status,
            table.c.receipt_code,
            table.c.receipt_due_at,
        )
    ).all()
