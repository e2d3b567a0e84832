"""What staff say that a text meant: kept apart from the text's decision until somebody has reviewed it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.store.personal import Personal
from app.store.tables import Rows, Table, new_id, primary_key, reference
from app.store.writing import insert_all, update_all

WAITING = "waiting"
ACCEPTED = "accepted"
REJECTED = "rejected"
STATES = (WAITING, ACCEPTED, REJECTED)


class Label(Table):
    """One correction; `guessed` and `model` are what was decided at the time. An accepted one is a training example
    until the person is erased.
    """

    __tablename__ = "labels"
    __table_args__ = (UniqueConstraint("inbound_id"), Index(None, "state", "labelled_at"))

    id: Mapped[UUID] = primary_key()
    inbound_id: Mapped[UUID] = reference("inbounds.id")
    brand_id: Mapped[UUID] = reference("brands.id")
    customer_id: Mapped[UUID] = reference("customers.id", has_index=True)
    text: Mapped[str] = mapped_column(Personal)
    intent: Mapped[str] = mapped_column(String(30))
    guessed: Mapped[str | None] = mapped_column(String(30))
    model: Mapped[str | None] = mapped_column(String(60))
    state: Mapped[str] = mapped_column(String(10), default=WAITING)
    labelled_by: Mapped[str] = mapped_column(String(80))
    labelled_at: Mapped[datetime]
    reviewed_by: Mapped[str | None] = mapped_column(String(80))
    reviewed_at: Mapped[datetime | None]


def keep(session: Session, row: Mapping[str, Any]) -> UUID:
    """Keeps the label of a text in place of an earlier one; returns its id, which stays the same."""
    known = session.scalars(select(Label.id).where(Label.inbound_id == row["inbound_id"])).one_or_none()
    if known is None:
        known = new_id()
        insert_all(session, Label, [{"id": known, **row}])
    else:
        update_all(session, Label, [{"id": known, **row}])
    return known


def listed(session: Session, state: str, brand_id: UUID | None, limit: int) -> Rows:
    """Labels in this state, oldest first; of every brand where none is named."""
    mine = [Label.brand_id == brand_id] if brand_id is not None else []
    chosen = select(Label.__table__).where(Label.state == state, *mine)
    return session.execute(chosen.order_by(Label.labelled_at, Label.id).limit(limit)).all()


def accepted(session: Session) -> list[tuple[str, str]]:
    """Text and intent of every accepted label, oldest first; those of erased people have no text any more."""
    chosen = select(Label.text, Label.intent).where(Label.state == ACCEPTED)
    rows = session.execute(chosen.order_by(Label.labelled_at, Label.id))
    return [(text, intent) for text, intent in rows if text]
