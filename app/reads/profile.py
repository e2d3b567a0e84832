"""What a brand knows of a customer, beside a conversation: attributes with their source, orders, consent and when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.domain.needs import PREFIX
from app.store import consents, events
from app.store.customers import Profile

LONGEST = 20
"""Orders, and changes of consent, that are shown."""
NO_SALE = frozenset({"cancelled", "refunded"})


@dataclass(frozen=True, slots=True)
class Known:
    """One attribute: what it is, who told it, and when."""

    name: str
    value: str
    source: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One order as the business's own system last told of it."""

    number: str
    status: str
    amount: float | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """One change of consent to be texted."""

    kind: str
    source: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ProfileCard:
    """All of it; the latest first. `orders_count` and `spent` are of all orders, and `spent` of those that stand."""

    attributes: tuple[Known, ...]
    orders: tuple[OrderLine, ...]
    orders_count: int
    spent: float
    consents: tuple[ConsentLine, ...]


def card(session: Session, customer_id: UUID, brand_id: UUID) -> ProfileCard:
    """What the brand knows of the customer."""
    profile = session.get_one(Profile, (customer_id, brand_id))
    orders = [
        _order(one) for one in events.orders_of(session, [customer_id]).get((customer_id, brand_id), [])
    ]
    ledger = consents.history(session, customer_id, brand_id)
    lines = sorted((one for one in ledger if one.kind in consents.ABOUT_TEXTS), key=lambda one: one.at)
    return ProfileCard(
        attributes=tuple(_known(profile.attributes)),
        orders=tuple(orders[:LONGEST]),
        orders_count=len(orders),
        spent=sum(one.amount or 0 for one in orders if one.status not in NO_SALE),
        consents=tuple(ConsentLine(one.kind, one.source, one.at) for one in reversed(lines[-LONGEST:])),
    )


def _known(attributes: Mapping[str, Mapping[str, Any]]) -> Iterable[Known]:
    """What customers seem to need has its place among the tags."""
    for name, held in sorted(attributes.items()):
        if not name.startswith(PREFIX):
            at = held.get("at")
            told_at = datetime.fromisoformat(at) if isinstance(at, str) else None
            yield Known(name, str(held.get("value", "")), str(held.get("source", "")), told_at)


def _order(order: Mapping[str, Any]) -> OrderLine:
    number, amount = str(order.get("number", "")), order.get("amount")
    try:
        told = (
            float(amount) if isinstance(amount, str | int | float) and not isinstance(amount, bool) else None
        )
    except ValueError:
        told = None
    return OrderLine(number, str(order["status"]), told, order["updated_at"])
