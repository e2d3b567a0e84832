"""Runs (one customer's passage through a flow) and the question that one of them may have open."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, bindparam, exists, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import Uuid

from app.store.outbound.table import Outbound
from app.store.personal import Personal, PersonalJson
from app.store.tables import Rows, Table, primary_key, reference

ACTIVE = "active"
FINISHED = "finished"


class Run(Table):
    """A passage: its state is the engine's; `due_at` is when the clock wakes it."""

    __tablename__ = "runs"
    __table_args__ = (
        Index(
            "ix_runs_due",
            "due_at",
            postgresql_where=text("status = 'active' AND due_at IS NOT NULL"),
            sqlite_where=text("status = 'active' AND due_at IS NOT NULL"),
        ),
        Index(
            "ix_runs_inbound",
            "inbound_id",
            postgresql_where=text("inbound_id IS NOT NULL"),
            sqlite_where=text("inbound_id IS NOT NULL"),
        ),
        Index(None, "customer_id", "brand_id", "status"),
        Index(
            "uq_runs_event_flow",
            "event_id",
            "flow",
            unique=True,
            postgresql_where=text("event_id IS NOT NULL"),
            sqlite_where=text("event_id IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = primary_key()
    brand_id: Mapped[UUID] = reference("brands.id")
    customer_id: Mapped[UUID] = reference("customers.id")
    sender_id: Mapped[UUID] = reference("senders.id")
    flow: Mapped[str] = mapped_column(String(60))
    version: Mapped[int]
    state: Mapped[str] = mapped_column(Personal)
    status: Mapped[str] = mapped_column(String(10), default=ACTIVE)
    outcome: Mapped[str | None] = mapped_column(String(60))
    due_at: Mapped[datetime | None]
    cause: Mapped[str] = mapped_column(String(20))
    cause_type: Mapped[str | None] = mapped_column(String(60))
    cause_at: Mapped[datetime]
    inbound_id: Mapped[UUID | None] = mapped_column(Uuid(), ForeignKey("inbounds.id"))
    event_id: Mapped[UUID | None] = mapped_column(Uuid(), ForeignKey("events.id"))
    complaint_id: Mapped[UUID | None]
    started_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class OpenQuestion(Table):
    """The one question that is open with a customer on a sender; it counts from `asked_at`, the hand-over."""

    __tablename__ = "open_questions"
    __table_args__ = (
        Index(None, "customer_id", "sender_id", unique=True),
        Index(None, "expires_at"),
        Index(None, "outbound_id"),
    )

    run_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("runs.id"), primary_key=True)
    customer_id: Mapped[UUID] = reference("customers.id")
    sender_id: Mapped[UUID] = reference("senders.id")
    outbound_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("outbounds.id"))
    choices: Mapped[list[Any]] = mapped_column(PersonalJson)
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]


QUESTIONS = select(OpenQuestion.__table__).where(
    OpenQuestion.customer_id.in_(bindparam("customers", expanding=True))
)


def open_questions(session: Session, customers: Collection[UUID]) -> Rows:
    """What is open with these customers."""
    return session.connection().execute(QUESTIONS, {"customers": list(customers)}).all()


def active(session: Session, ids: Collection[UUID]) -> Rows:
    """Those of these runs that are not finished."""
    table = Run.__table__
    return session.execute(select(table).where(table.c.id.in_(ids), table.c.status == ACTIVE)).all()


def active_in(session: Session, brand_id: UUID, flow: str, limit: int) -> Rows:
    """Runs of a brand's flow that are not finished: (id, customer_id)."""
    table = Run.__table__
    mine = (table.c.brand_id == brand_id, table.c.flow == flow, table.c.status == ACTIVE)
    return session.execute(select(table.c.id, table.c.customer_id).where(*mine).limit(limit)).all()


def due(session: Session, now: datetime, limit: int) -> Rows:
    """Runs whose time has come, longest waiting first: (id, customer_id)."""
    table = Run.__table__
    waiting = (
        select(table.c.id, table.c.customer_id)
        .where(text("runs.status = 'active' AND runs.due_at IS NOT NULL"), table.c.due_at <= now)
        .order_by(table.c.due_at)
        .limit(limit)
    )
    return session.execute(waiting).all()


def close_questions(session: Session, run_ids: Collection[UUID]) -> None:
    """Nothing is open any more for these runs."""
    table = OpenQuestion.__table__
    session.execute(table.delete().where(table.c.run_id.in_(run_ids)))  # type: ignore[attr-defined]


END_MARKETING = (
    update(Run.__table__)  # type: ignore[arg-type]
    .where(
        Run.__table__.c.customer_id.in_(bindparam("customers", expanding=True)),
        Run.__table__.c.brand_id == bindparam("brand"),
        Run.__table__.c.status == ACTIVE,
        Run.__table__.c.cause.in_(("journey", "campaign"))
        | (Run.__table__.c.flow == bindparam("asking"))
        | exists().where(
            Outbound.customer_id == Run.__table__.c.customer_id,
            Outbound.run_id == Run.__table__.c.id,
            Outbound.cause == "opt_in",
        ),
    )
    .values(status=FINISHED, outcome="opted_out", due_at=None, updated_at=bindparam("at"))
    .returning(Run.__table__.c.id)
)


def end_all(session: Session, customer_id: UUID, outcome: str, now: datetime) -> list[UUID]:
    """Ends all that runs with a customer; returns the runs."""
    mine = update(Run).where(Run.customer_id == customer_id, Run.status == ACTIVE)
    ended = mine.values(status=FINISHED, outcome=outcome, due_at=None, updated_at=now)
    return list(session.scalars(ended.returning(Run.id)))


def end_flow(session: Session, customer_id: UUID, brand_id: UUID, flow: str, outcome: str) -> list[UUID]:
    """Ends what runs of one flow with a customer; returns the runs."""
    mine = (Run.customer_id == customer_id, Run.brand_id == brand_id, Run.flow == flow, Run.status == ACTIVE)
    ended = update(Run).where(*mine).values(status=FINISHED, outcome=outcome, due_at=None)
    return list(session.scalars(ended.returning(Run.id)))


def end_marketing(
    session: Session, customers: Collection[UUID], brand_id: UUID, asking: str, now: datetime
) -> list[UUID]:
    """Ends these customers' journeys and sign-ups with the brand, and the flow `asking` whether they have opted out, so
    that no later yes counts as an answer to them."""
    told = {"customers": list(customers), "brand": brand_id, "asking": asking, "at": now}
    return list(session.connection().execute(END_MARKETING, told).scalars())
