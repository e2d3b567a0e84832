"""Business events from outside, each once, and the orders they tell of."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, LargeBinary, String, UniqueConstraint, bindparam, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.store.columns import EncryptedJson
from app.store.tables import Table, primary_key, reference


class Event(Table):
    """One event; `key` is the sender's own id and makes a repetition harmless."""

    __tablename__ = "events"
    __table_args__ = (UniqueConstraint("brand_id", "key"), Index(None, "customer_id", "at"))

    id: Mapped[UUID] = primary_key()
    brand_id: Mapped[UUID] = reference("brands.id")
    customer_id: Mapped[UUID] = reference("customers.id")
    key: Mapped[str] = mapped_column(String(100))
    type: Mapped[str] = mapped_column(String(60))
    data: Mapped[dict[str, Any]] = mapped_column(EncryptedJson)
    at: Mapped[datetime]
    received_at: Mapped[datetime]


class Order(Table):
    """The latest that events told of one order."""

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("brand_id", "number_hash"),
        Index(None, "customer_id", "brand_id", "updated_at"),
    )

    id: Mapped[UUID] = primary_key()
    brand_id: Mapped[UUID] = reference("brands.id")
    customer_id: Mapped[UUID] = reference("customers.id")
    number_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    status: Mapped[str] = mapped_column(String(30))
    data: Mapped[dict[str, Any]] = mapped_column(EncryptedJson)
    updated_at: Mapped[datetime]


ORDERS = (
    select(Order.customer_id, Order.brand_id, Order.status, Order.data, Order.updated_at)
    .where(Order.customer_id.in_(bindparam("customers", expanding=True)))
    .order_by(Order.updated_at.desc())
)


def orders_of(session: Session, customers: Collection[UUID]) -> dict[tuple[UUID, UUID], list[dict[str, Any]]]:
    """Orders by (customer, brand), the latest first: number, status, updated_at and what the events told."""
    rows = session.connection().execute(ORDERS, {"customers": list(customers)})
    found: dict[tuple[UUID, UUID], list[dict[str, Any]]] = {}
    for row in rows:
        order = {**row.data, "status": row.status, "updated_at": row.updated_at}
        found.setdefault((row.customer_id, row.brand_id), []).append(order)
    return found
