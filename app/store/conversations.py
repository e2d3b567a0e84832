"""Hand-overs from the bot to a person: open, taken by staff, closed."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, bindparam, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import Uuid

from app.store.columns import PlainJson
from app.store.personal import ERASED
from app.store.tables import Rows, Table, primary_key, reference

OPEN = "open"
CLOSED = "closed"
IS_QUEUED = text("conversations.queue_at IS NOT NULL")
IS_SETTLED = text("conversations.status = 'closed' AND NOT conversations.has_complaint")
"""Written out where they are asked for: a partial index serves only a query that states its very condition."""


class Conversation(Table):
    """A customer who waits for, or is with, a person; the bot is silent until `staff_until`. `severity` and `tone` are
    as a complaint's."""

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
        Index(
            "ix_conversations_queue",
            *("queue_at", "id", "brand_id", "late_at", "staff_id"),
            postgresql_where=text("queue_at IS NOT NULL"),
            sqlite_where=text("queue_at IS NOT NULL"),
        ),
        Index(
            "ix_conversations_settled",
            "closed_at",
            "id",
            postgresql_where=text("status = 'closed' AND NOT has_complaint"),
            sqlite_where=text("status = 'closed' AND NOT has_complaint"),
        ),
    )

    id: Mapped[UUID] = primary_key()
    brand_id: Mapped[UUID] = reference("brands.id")
    customer_id: Mapped[UUID] = reference("customers.id", has_index=True)
    sender_id: Mapped[UUID] = reference("senders.id")
    status: Mapped[str] = mapped_column(String(10), default=OPEN)
    reason: Mapped[str] = mapped_column(String(60))
    severity: Mapped[int] = mapped_column(default=2)
    tone: Mapped[str] = mapped_column(String(10), default="calm", info={ERASED: "calm"})
    tone_signs: Mapped[list[str]] = mapped_column(PlainJson, default=list, info={ERASED: []})
    staff_id: Mapped[UUID | None] = mapped_column(Uuid(), ForeignKey("staff.id"))
    staff_until: Mapped[datetime | None]
    answer_due_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    has_complaint: Mapped[bool] = mapped_column(default=False)
    """Whether a complaint was open meanwhile, which stands at the desk for both."""
    queue_at: Mapped[datetime | None]
    late_at: Mapped[datetime | None]
    """Where it stands at the desk (`app.domain.desk_queue.Standing`)."""


OPEN_WITH = select(Conversation.__table__).where(
    Conversation.customer_id.in_(bindparam("customers", expanding=True)),
    text("conversations.status = 'open'"),
)


def open_with(session: Session, customers: Collection[UUID]) -> Rows:
    """Open hand-overs of these customers."""
    return session.connection().execute(OPEN_WITH, {"customers": list(customers)}).all()


def close_all(session: Session, customer_id: UUID, now: datetime) -> set[UUID]:
    """Closes what is open with a customer; returns the brands at whose desks it lay."""
    mine = update(Conversation).where(Conversation.customer_id == customer_id, Conversation.status == OPEN)
    ended = {"status": CLOSED, "closed_at": now, "staff_until": None, "queue_at": None, "late_at": None}
    return set(session.scalars(mine.values(ended).returning(Conversation.brand_id)))
