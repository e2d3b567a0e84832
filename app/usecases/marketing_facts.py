"""Reads what only marketing is judged by: what was sent before, the customer's class, and their last sign of life."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import BindParameter, bindparam, func, select
from sqlalchemy.orm import Session

from app.domain.audience import audience_of
from app.domain.compliance.rules.frequency_cap import LONGEST
from app.domain.purpose import Purpose
from app.store.consents import ConsentEvent
from app.store.events import Order
from app.store.outbound.table import ACCEPTED, DELIVERED, HANDING, READ, SENT, UNKNOWN, Outbound

Pair = tuple[UUID, UUID]
"""(customer, brand)"""

COUNTED = (HANDING, ACCEPTED, SENT, DELIVERED, READ, UNKNOWN)
"""What counts for a cap: all that may have reached the customer. Only a certain failure is given back."""
_THESE: BindParameter[UUID] = bindparam("customers", expanding=True)
HANDED = select(Outbound.customer_id, Outbound.brand_id, Outbound.handed_at).where(
    Outbound.customer_id.in_(_THESE),
    Outbound.purpose == Purpose.MARKETING.value,
    Outbound.status.in_(COUNTED),
    Outbound.handed_at > bindparam("since"),
)
FIRST_CONSENT = (
    select(ConsentEvent.customer_id, ConsentEvent.brand_id, func.min(ConsentEvent.at))
    .where(ConsentEvent.customer_id.in_(_THESE), ConsentEvent.kind == "granted")
    .group_by(ConsentEvent.customer_id, ConsentEvent.brand_id)
)
LAST_ORDER = (
    select(Order.customer_id, Order.brand_id, func.max(Order.updated_at))
    .where(Order.customer_id.in_(_THESE))
    .group_by(Order.customer_id, Order.brand_id)
)


@dataclass(slots=True)
class MarketingFacts:
    """Of one batch's customers; `note_handed` keeps the caps exact while the batch is decided row by row."""

    now: datetime
    handed: dict[Pair, list[datetime]] = field(default_factory=dict)
    first_consent: Mapping[Pair, datetime] = field(default_factory=dict)
    last_order: Mapping[Pair, datetime] = field(default_factory=dict)

    @classmethod
    def read(cls, session: Session, customers: Collection[UUID], now: datetime) -> "MarketingFacts":
        """With three queries, under the customers' locks."""
        told = {"customers": list(customers)}
        connection = session.connection()
        found = cls(now)
        for customer, brand, at in connection.execute(HANDED, {**told, "since": now - LONGEST}):
            found.handed.setdefault((customer, brand), []).append(at or now)
        found.first_consent = {(c, b): at for c, b, at in connection.execute(FIRST_CONSENT, told)}
        found.last_order = {(c, b): at for c, b, at in connection.execute(LAST_ORDER, told)}
        return found

    def note_handed(self, pair: Pair) -> None:
        """One more is about to leave."""
        self.handed.setdefault(pair, []).append(self.now)

    def last_interaction(self, pair: Pair, last_inbound_at: datetime | None) -> datetime | None:
        """When the customer last replied or bought."""
        signs = [at for at in (last_inbound_at, self.last_order.get(pair)) if at is not None]
        return max(signs, default=None)

    def audience(self, pair: Pair, last_inbound_at: datetime | None) -> str:
        """The customer's class, which decides the cap that counts."""
        return audience_of(
            self.first_consent.get(pair),
            self.last_order.get(pair),
            self.last_interaction(pair, last_inbound_at),
            self.now,
        )
