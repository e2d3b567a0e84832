"""How often the bot has answered a customer lately."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.store.outbound.table import Outbound

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Habits:
    """How many automatic replies each (customer, sender) had within the last hour."""

    replies: Mapping[tuple[UUID, UUID], int]

    @classmethod
    def read(cls, session: Session, pairs: Sequence[tuple[UUID, UUID]], now: datetime) -> "Habits":
        """Counts for a whole batch with one query."""
        ids = {customer_id for customer_id, _ in pairs}
        counted = session.execute(
            select(Outbound.customer_id, Outbound.sender_id, func.count())
            .where(
                Outbound.customer_id.in_(ids),
                Outbound.created_at > now - HOUR,
                Outbound.cause == "inbound",
            )
            .group_by(Outbound.customer_id, Outbound.sender_id)
        )
        return cls({(customer, sender): count for customer, sender, count in counted})
