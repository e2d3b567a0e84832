"""The consent ledger: every grant, confirmation, stop and hold, append-only, with its source and wording."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.store.append_only import AppendOnly, unsealed_index
from app.store.columns import EnvelopedJson
from app.store.tables import Table, primary_key, reference


class ConsentEvent(AppendOnly, Table):
    """One change of a customer's consent with a brand: requested, granted, withdrawn, stopped_all, held, or lifted
    (an opt-out taken back by somebody who had never agreed).
    """

    __tablename__ = "consent_events"
    __table_args__ = (Index(None, "customer_id", "brand_id", "at"), unsealed_index("consent_events"))

    id: Mapped[UUID] = primary_key()
    customer_id: Mapped[UUID] = reference("customers.id")
    brand_id: Mapped[UUID] = reference("brands.id")
    kind: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(40))
    wording: Mapped[str | None] = mapped_column(String(500))
    evidence: Mapped[dict[str, Any]] = mapped_column(EnvelopedJson, default=dict)
    inbound_id: Mapped[UUID | None]
    at: Mapped[datetime]


def history(session: Session, customer_id: UUID, brand_id: UUID) -> list[ConsentEvent]:
    """One customer's consent with one brand, oldest first."""
    mine = (ConsentEvent.customer_id == customer_id, ConsentEvent.brand_id == brand_id)
    return list(session.scalars(select(ConsentEvent).where(*mine).order_by(ConsentEvent.at, ConsentEvent.id)))
