"""Business events from outside, each once, and the orders they tell of."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, LargeBinary, String, UniqueConstraint, bindparam, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.store.encryption import keyring
from app.store.personal import ERASED, PersonalJson
from app.store.tables import Table, primary_key, reference

IS_ORDER = text("events.type = 'order.placed'")
"""Written out where it is asked for: a partial index serves only a query that states its very condition."""


def hidden_key(key: str) -> str:
    """How the id of an erased person's event is kept: its sender may have made it of a phone. It still counts once."""
    return _hidden_keys(key)[0]


def _hidden_keys(key: str) -> list[str]:
    return [f"erased:{digest.hex()}" for digest in keyring().all_digests("event", key)]


class Event(Table):
    """One event; `key` is the sender's own id and makes a repetition harmless."""

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("brand_id", "key"),
        Index(None, "customer_id", "at"),
        Index(
            "ix_events_orders",
            "brand_id",
            "at",
            postgresql_where=text("type = 'order.placed'"),
            sqlite_where=text("type = 'order.placed'"),
        ),
    )

    id: Mapped[UUID] = primary_key()
    brand_id: Mapped[UUID] = reference("brands.id")
    customer_id: Mapped[UUID] = reference("customers.id")
    key: Mapped[str] = mapped_column(String(100), info={ERASED: hidden_key})
    type: Mapped[str] = mapped_column(String(60))
    data: Mapped[dict[str, Any]] = mapped_column(PersonalJson)
    at: Mapped[datetime]
    received_at: Mapped[datetime]


def known_keys(session: Session, brand_id: UUID, keys: Collection[str]) -> set[str]:
    """Those of these ids that a brand's event has, or had before its person was erased."""
    asked = {key: key for key in keys} | {hidden: key for key in keys for hidden in _hidden_keys(key)}
    stored = session.scalars(select(Event.key).where(Event.brand_id == brand_id, Event.key.in_(asked)))
    return {asked[key] for key in stored}


def order_hash(number: str) -> bytes:
    """The keyed hash under which an order is found, made with the newest key."""
    return order_hashes(number)[0]


def order_hashes(number: str) -> tuple[bytes, ...]:
    """Every hash under which an order may stand, the newest first."""
    return keyring().digests("order", number.strip().upper())


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
    data: Mapped[dict[str, Any]] = mapped_column(PersonalJson)
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
