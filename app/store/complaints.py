"""Complaints: the promise of 2 hours, 48 hours and 3 days, and the events that every figure derives from."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, bindparam, func, or_, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import Uuid

from app.store.brands import Brand
from app.store.columns import PlainJson
from app.store.conversations import Conversation
from app.store.personal import ERASED, Personal
from app.store.tables import Rows, Table, primary_key, reference

OPEN = "open"
WAITING = "waiting"
RESOLVED = "resolved"
CLOSED = "closed"
MERGED = "merged"
"""Stands for a follow-up's result where there was none, for another complaint has its promises."""
IS_UNSETTLED = text("complaints.status <> 'closed'")
IS_TO_WARN = text("complaints.next_warning_at IS NOT NULL")
IS_QUEUED = text("complaints.queue_at IS NOT NULL")
IS_SETTLED = text("complaints.status IN ('resolved', 'closed')")
"""Written out where they are asked for: a partial index serves only a query that states its very condition."""


class Complaint(Table):
    """One complaint. Deadlines are instants, moved only by events; this row is the events' present sum."""

    __tablename__ = "complaints"
    __table_args__ = (
        UniqueConstraint("brand_id", "number"),
        Index(
            "ix_complaints_inbound",
            "inbound_id",
            postgresql_where=text("inbound_id IS NOT NULL"),
            sqlite_where=text("inbound_id IS NOT NULL"),
        ),
        Index(None, "customer_id", "brand_id", "status"),
        Index(None, "brand_id", "opened_at"),
        Index(
            "ix_complaints_unsettled",
            "opened_at",
            postgresql_where=text("status <> 'closed'"),
            sqlite_where=text("status <> 'closed'"),
        ),
        Index(
            "ix_complaints_to_warn",
            "next_warning_at",
            "id",
            postgresql_where=text("next_warning_at IS NOT NULL"),
            sqlite_where=text("next_warning_at IS NOT NULL"),
        ),
        Index(
            "ix_complaints_queue",
            *("queue_at", "id", "brand_id", "late_at", "status", "category", "assignee_id"),
            postgresql_where=text("queue_at IS NOT NULL"),
            sqlite_where=text("queue_at IS NOT NULL"),
        ),
        Index(
            "ix_complaints_settled",
            "updated_at",
            "id",
            postgresql_where=text("status IN ('resolved', 'closed')"),
            sqlite_where=text("status IN ('resolved', 'closed')"),
        ),
    )

    id: Mapped[UUID] = primary_key()
    brand_id: Mapped[UUID] = reference("brands.id")
    customer_id: Mapped[UUID] = reference("customers.id")
    queue_at: Mapped[datetime | None]
    late_at: Mapped[datetime | None]
    """Where it stands at the desk (`app.domain.desk_queue.Standing`)."""
    conversation_id: Mapped[UUID | None] = mapped_column(Uuid(), ForeignKey("conversations.id"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    category: Mapped[str] = mapped_column(String(30))
    severity: Mapped[int] = mapped_column(default=2)
    tone: Mapped[str] = mapped_column(String(10), default="calm", info={ERASED: "calm"})
    tone_signs: Mapped[list[str]] = mapped_column(PlainJson, default=list, info={ERASED: []})
    summary: Mapped[str] = mapped_column(Personal)
    inbound_id: Mapped[UUID | None] = mapped_column(Uuid(), ForeignKey("inbounds.id"))
    outbound_id: Mapped[UUID | None]
    """The message that it followed (`app.store.outbound.followed`)."""
    campaign: Mapped[str | None] = mapped_column(String(60))
    variant: Mapped[str | None] = mapped_column(String(60))
    """Flow and step of that message, kept for longer than the message itself."""
    status: Mapped[str] = mapped_column(String(10), default=OPEN)
    assignee_id: Mapped[UUID | None] = mapped_column(Uuid(), ForeignKey("staff.id"))
    opened_at: Mapped[datetime]
    clock: Mapped[dict[str, Any]] = mapped_column(PlainJson)
    event_count: Mapped[int] = mapped_column(default=0)
    reopened: Mapped[int] = mapped_column(default=0)
    warned: Mapped[dict[str, Any]] = mapped_column(PlainJson, default=dict)
    """What staff have been warned of (`app.domain.escalation.Reached`)."""
    next_warning_at: Mapped[datetime | None]
    first_response_due_at: Mapped[datetime]
    first_response_at: Mapped[datetime | None]
    first_response_breached_at: Mapped[datetime | None]
    resolution_due_at: Mapped[datetime | None]
    resolution_at: Mapped[datetime | None]
    resolution_breached_at: Mapped[datetime | None]
    follow_up_from: Mapped[datetime | None]
    follow_up_due_at: Mapped[datetime | None]
    follow_up_breached_at: Mapped[datetime | None]
    follow_up_at: Mapped[datetime | None]
    follow_up_result: Mapped[str | None] = mapped_column(String(20))
    updated_at: Mapped[datetime]


class ComplaintEvent(Table):
    """opened, joined, noted, assigned, category, raised, lowered, or one of the kinds that move a clock
    (`app.domain.sla_events.EventKind`)."""

    __tablename__ = "complaint_events"
    __table_args__ = (UniqueConstraint("complaint_id", "sequence"), Index(None, "customer_id"))

    id: Mapped[UUID] = primary_key()
    complaint_id: Mapped[UUID] = reference("complaints.id")
    customer_id: Mapped[UUID] = reference("customers.id")
    sequence: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    staff_id: Mapped[UUID | None]
    inbound_id: Mapped[UUID | None]
    outbound_id: Mapped[UUID | None]
    note: Mapped[str | None] = mapped_column(Personal)
    details: Mapped[dict[str, Any]] = mapped_column(PlainJson, default=dict)


UNRESOLVED = (
    select(Complaint.__table__)
    .where(Complaint.customer_id.in_(bindparam("customers", expanding=True)), Complaint.status != CLOSED)
    .order_by(Complaint.opened_at)
)


def unresolved(session: Session, customers: Collection[UUID]) -> Rows:
    """Complaints of these customers that are not closed, oldest first."""
    return session.connection().execute(UNRESOLVED, {"customers": list(customers)}).all()


def next_number(session: Session, brand_id: UUID) -> int:
    """The number of the brand's next complaint; taken for good, even if the transaction's row is later removed."""
    taken = (
        update(Brand)
        .where(Brand.id == brand_id)
        .values(next_complaint_number=Brand.next_complaint_number + 1)
    )
    return session.scalars(taken.returning(Brand.next_complaint_number)).one() - 1


Place = tuple[datetime, UUID]
"""Where the page before has ended: the value it was sorted by, and the id."""


def late(session: Session, now: datetime, limit: int, after: Place | None = None) -> Rows:
    """Complaints with a promise that was not kept in time and is not recorded as breached, oldest first.

    Of those that wait for the customer only their clock tells: (id, customer_id, clock, since).
    """
    table = Complaint.__table__
    is_late = or_(
        *(
            (table.c[f"{promise}_due_at"] < func.coalesce(table.c[f"{promise}_at"], now))
            & table.c[f"{promise}_breached_at"].is_(None)
            for promise in ("first_response", "resolution", "follow_up")
        )
    )
    columns = (table.c.id, table.c.customer_id, table.c.clock, table.c.opened_at.label("since"))
    waiting = select(*columns).where(IS_UNSETTLED, is_late, *_after(table.c.opened_at, after))
    return session.execute(waiting.order_by(table.c.opened_at, table.c.id).limit(limit)).all()


def _after(column: Any, place: Place | None) -> list[Any]:
    if place is None:
        return []
    at, row_id = place
    return [(column > at) | ((column == at) & (Complaint.__table__.c.id > row_id))]


def unsettled_of(session: Session, brand_id: UUID) -> Rows:
    """A brand's complaints that are not closed, oldest first: (id, customer_id, number, clock)."""
    table = Complaint.__table__
    columns = (table.c.id, table.c.customer_id, table.c.number, table.c.clock)
    mine = select(*columns).where(IS_UNSETTLED, table.c.brand_id == brand_id)
    return session.execute(mine.order_by(table.c.opened_at, table.c.id)).all()


def to_follow_up(session: Session, now: datetime, limit: int, after: Place | None = None) -> Rows:
    """Resolved complaints whose customers are to be asked by now, longest due first:
    (id, customer_id, brand_id, since)."""
    table = Complaint.__table__
    due = (
        IS_UNSETTLED,
        table.c.status == RESOLVED,
        table.c.follow_up_from <= now,
        table.c.follow_up_at.is_(None),
        *_after(table.c.follow_up_from, after),
    )
    columns = (table.c.id, table.c.customer_id, table.c.brand_id, table.c.follow_up_from.label("since"))
    asked = select(*columns).where(*due).order_by(table.c.follow_up_from, table.c.id)
    return session.execute(asked.limit(limit)).all()


def to_warn(session: Session, now: datetime, limit: int, after: Place | None = None) -> Rows:
    """Complaints of which there is something to warn by now, longest due first: (id, customer_id, since)."""
    table = Complaint.__table__
    at = table.c.next_warning_at
    due = select(table.c.id, table.c.customer_id, at.label("since"))
    waiting = due.where(IS_TO_WARN, at <= now, *_after(at, after)).order_by(at, table.c.id)
    return session.execute(waiting.limit(limit)).all()


def to_be_warned(session: Session, ids: Collection[UUID]) -> Rows:
    """What is to be known of these complaints to warn of them: (id, brand_id, clock, warned, assignee_id), the last
    one being whoever has the conversation where nobody was named."""
    has_it = func.coalesce(Complaint.assignee_id, Conversation.staff_id).label("assignee_id")
    wanted = select(Complaint.id, Complaint.brand_id, Complaint.clock, Complaint.warned, has_it)
    known = wanted.outerjoin(Conversation, Conversation.id == Complaint.conversation_id)
    return session.execute(known.where(Complaint.id.in_(ids)).order_by(Complaint.id)).all()
