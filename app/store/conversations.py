"""Hand-overs from the bot to a person: open, taken by staff, closed."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, bindparam, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import Uuid

from app.store.tables import Rows, Table, primary_key, reference

OPEN = "open"
CLOSED = "closed"


class Conversation(Table):
    """A customer who waits for, or is with, a person; the bot is silent until `staff_until`."""

    __tablename__ = "conversations"
    __table_args__ = (
        Index(
            "uq_conversations_open",
            "customer_id",
            "brand_id",
            unique=True,
            postgresql_where=text("status = 'open'"),
            sqlite_where=text("status = 'open'"),
        ),
    )

    id: Mapped[UUID] = primary_key()
    brand_id: Mapped[UUID] = reference("brands.id")
    customer_id: Mapped[UUID] = reference("customers.id")
    sender_id: Mapped[UUID] = reference("senders.id")
    status: Mapped[str] = mapped_column(String(10), default=OPEN)
    reason: Mapped[str] = mapped_column(String(60))
    staff_id: Mapped[UUID | None] = mapped_column(Uuid(), ForeignKey("staff.id"))
    staff_until: Mapped[datetime | None]
    answer_due_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


OPEN_WITH = select(Conversation.__table__).where(
    Conversation.customer_id.in_(bindparam("customers", expanding=True)),
    text("conversations.status = 'open'"),
)


def open_with(session: Session, customers: Collection[UUID]) -> Rows:
    """Open hand-overs of these customers."""
    return session.connection().execute(OPEN_WITH, {"customers": list(customers)}).all()


def close_all(session: Session, customer_id: UUID, now: datetime) -> None:
    """Closes what is open with a customer."""
    mine = update(Conversation).where(Conversation.customer_id == customer_id, Conversation.status == OPEN)
    session.execute(mine.values(status=CLOSED, closed_at=now, staff_until=None))
