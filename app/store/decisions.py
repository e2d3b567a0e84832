"""The decision log: every routing, allowance, deferral, refusal and opt-out with its reason, append-only."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.store.append_only import AppendOnly, unsealed_index
from app.store.columns import PlainJson
from app.store.tables import Table, primary_key, reference


class Decision(AppendOnly, Table):
    """One decision about one customer. `details` holds codes, names and figures, never a phone or a text."""

    __tablename__ = "decisions"
    __table_args__ = (
        Index(None, "customer_id", "at"),
        Index(None, "subject_id"),
        unsealed_index("decisions"),
    )

    id: Mapped[UUID] = primary_key()
    at: Mapped[datetime]
    customer_id: Mapped[UUID] = reference("customers.id")
    brand_id: Mapped[UUID | None]
    subject: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[UUID]
    verdict: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(60))
    details: Mapped[dict[str, Any]] = mapped_column(PlainJson, default=dict)
    trace_id: Mapped[str] = mapped_column(String(32), default="")


def about(session: Session, customer_id: UUID, until: datetime) -> list[Decision]:
    """Every decision about a customer up to a moment, oldest first."""
    mine = (Decision.customer_id == customer_id, Decision.at <= until)
    return list(session.scalars(select(Decision).where(*mine).order_by(Decision.at, Decision.id)))
