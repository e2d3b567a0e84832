"""Reads how much each number has sent to each receiver lately, where carriers limit that."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.domain.compliance.facts import CarrierLimit
from app.store.outbound.table import Outbound
from app.usecases.marketing_facts import MAY_HAVE_LEFT

Pair = tuple[UUID, UUID]
"""(customer, sender)"""
LATELY = select(Outbound.customer_id, Outbound.sender_id, Outbound.handed_at).where(
    Outbound.customer_id.in_(bindparam("customers", expanding=True)),
    Outbound.sender_id.in_(bindparam("senders", expanding=True)),
    MAY_HAVE_LEFT,
    Outbound.handed_at > bindparam("since"),
)


@dataclass(slots=True)
class NumberLimits:
    """Of one batch; `note_handed` keeps the counts exact while it is decided row by row."""

    limits: tuple[CarrierLimit, ...]
    now: datetime
    handed: dict[Pair, list[datetime]] = field(default_factory=dict)

    def read(
        self,
        session: Session,
        customers: Collection[UUID],
        senders: Collection[UUID],
        before: Mapping[UUID, UUID],
    ) -> "NumberLimits":
        """With one query under the customers' locks; with none where the channel has no limits.

        Carriers count by number: what owners of `before` were sent counts for who has it now.
        """
        if self.limits:
            since = self.now - max(limit.span for limit in self.limits)
            told = {"customers": [*customers, *before], "senders": list(senders), "since": since}
            for customer, sender, at in session.connection().execute(LATELY, told):
                self.handed.setdefault((before.get(customer, customer), sender), []).append(at or self.now)
        return self

    def handed_to(self, pair: Pair) -> tuple[datetime, ...]:
        """When the number handed over something for this receiver."""
        return tuple(self.handed.get(pair, ()))

    def note_handed(self, pair: Pair) -> None:
        """One more is about to leave."""
        self.handed.setdefault(pair, []).append(self.now)
