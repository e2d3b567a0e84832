"""Reads what only marketing is judged by: what was sent before, the customer's class, and their last sign of life."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import BindParameter, bindparam, case, func, select
from sqlalchemy.orm import Session

from app.domain.audience import audience_of
from app.domain.compliance.rules.frequency_cap import LONGEST
from app.domain.purpose import Purpose
from app.store import erasures, partners
from app.store.consents import TAKES_BACK, ConsentEvent
from app.store.events import Order
from app.store.outbound.table import ACCEPTED, DELIVERED, FAILED, HANDING, READ, SENT, UNKNOWN, Outbound

Pair = tuple[UUID, UUID]
"""(customer, brand)"""

COUNTED = (HANDING, ACCEPTED, SENT, DELIVERED, READ, UNKNOWN)
"""What counts for a cap: all that may have reached the customer. Only a certain failure is given back."""
_THESE: BindParameter[UUID] = bindparam("customers", expanding=True)
MAY_HAVE_LEFT = Outbound.status.in_(COUNTED) | (
    (Outbound.status == FAILED) & (Outbound.reason == erasures.REASON)
)
"""With the hand-overs to erased people of which nobody will ever learn more."""
HANDED = select(Outbound.customer_id, Outbound.brand_id, Outbound.handed_at).where(
    Outbound.customer_id.in_(_THESE),
    Outbound.purpose == Purpose.MARKETING.value,
    MAY_HAVE_LEFT,
    Outbound.handed_at > bindparam("since"),
)
_LATER = ConsentEvent.__table__.alias("later")
_SINCE = select(_LATER.c.id).where(
    _LATER.c.customer_id == ConsentEvent.customer_id,
    _LATER.c.brand_id == ConsentEvent.brand_id,
    _LATER.c.at >= ConsentEvent.at,
    _LATER.c.id > ConsentEvent.id,
)
_ENDED = _SINCE.where(_LATER.c.kind == "ended").exists()
"""The number has changed hands since: what its former owner agreed to is nobody's consent."""
_TAKEN_BACK = _SINCE.where(_LATER.c.kind.in_(TAKES_BACK)).exists()
"""The customer has opted out since: where they are in again, it is by a later grant."""
GRANTS = (
    select(
        ConsentEvent.customer_id,
        ConsentEvent.brand_id,
        ConsentEvent.partner_id,
        func.min(ConsentEvent.at),
        func.max(case((_TAKEN_BACK, 0), else_=1)),
    )
    .where(ConsentEvent.customer_id.in_(_THESE), ConsentEvent.kind == "granted", ~_ENDED)
    .group_by(ConsentEvent.customer_id, ConsentEvent.brand_id, ConsentEvent.partner_id)
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
    first_consent: dict[Pair, datetime] = field(default_factory=dict)
    brought_by: dict[Pair, set[UUID | None]] = field(default_factory=dict)
    """Which partners have brought the consent that stands; None stands for consent that the brand got itself."""
    agreed_until: Mapping[UUID, datetime] = field(default_factory=dict)
    """When the agreement with each partner ends; read where one has brought somebody."""
    last_order: Mapping[Pair, datetime] = field(default_factory=dict)

    @classmethod
    def read(
        cls, session: Session, customers: Collection[UUID], erased: Mapping[UUID, UUID], now: datetime
    ) -> "MarketingFacts":
        """With three queries, and one more where partners are concerned, under the customers' locks.

        What an `erased` owner of the number was sent counts for who has it now: it may be the same person.
        """
        told = {"customers": list(customers)}
        connection = session.connection()
        found = cls(now)
        for customer, brand, at in connection.execute(
            HANDED, {"customers": [*customers, *erased], "since": now - LONGEST}
        ):
            found.handed.setdefault((erased.get(customer, customer), brand), []).append(at or now)
        for customer, brand, partner, at, stands in connection.execute(GRANTS, told):
            pair = customer, brand
            found.first_consent[pair] = min(at, found.first_consent.get(pair, at))
            if stands:
                found.brought_by.setdefault(pair, set()).add(partner)
        if any(partner is not None for brought in found.brought_by.values() for partner in brought):
            found.agreed_until = partners.agreed_until(session)
        found.last_order = {(c, b): at for c, b, at in connection.execute(LAST_ORDER, told)}
        return found

    def note_handed(self, pair: Pair) -> None:
        """One more is about to leave."""
        self.handed.setdefault(pair, []).append(self.now)

    def agreement_ends_at(self, pair: Pair) -> datetime | None:
        """When the last agreement ends by which the consent came; None where the brand got it itself, too."""
        brought = self.brought_by.get(pair, {None})
        ends = [self.agreed_until[partner] for partner in brought if partner is not None]
        return None if None in brought else max(ends)

    def last_interaction(self, pair: Pair, last_inbound_at: datetime | None) -> datetime | None:
        """When the customer last replied or bought."""
        signs = [at for at in (last_inbound_at, self.last_order.get(pair)) if at is not None]
        return max(signs, default=None)

    def audience(self, pair: Pair, last_inbound_at: datetime | None, tags: Collection[str]) -> str:
        """The customer's class, which decides the cap that counts."""
        return audience_of(
            self.first_consent.get(pair),
            self.last_order.get(pair),
            self.last_interaction(pair, last_inbound_at),
            self.now,
            tags=tags,
        )
