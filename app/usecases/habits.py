"""What the bot has said to a customer lately: how often, and what last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.context import LASTS, LastSaid, is_short
from app.store.outbound import said
from app.store.outbound.table import Outbound

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Habits:
    """How many automatic replies each (customer, sender) had within the last hour; by the ids of short texts, the
    message that they may be about."""

    replies: Mapping[tuple[UUID, UUID], int]
    last: Mapping[UUID, LastSaid] = field(default_factory=dict)

    @classmethod
    def read(cls, session: Session, rows: Sequence[Any], now: datetime) -> "Habits":
        """For a whole batch of inbound rows, with a query each."""
        counted = session.execute(
            select(Outbound.customer_id, Outbound.sender_id, func.count())
            .where(
                Outbound.customer_id.in_({row.customer_id for row in rows}),
                Outbound.created_at > now - HOUR,
                Outbound.cause == "inbound",
            )
            .group_by(Outbound.customer_id, Outbound.sender_id)
        )
        replies = {(customer, sender): count for customer, sender, count in counted}
        return cls(replies, _last_said(session, rows))


def _last_said(session: Session, rows: Sequence[Any]) -> dict[UUID, LastSaid]:
    """What counts is what had been handed over when the text came, at most 72 hours before."""
    short = [row for row in rows if is_short(row.text)]
    if not short:
        return {}
    since = min(row.received_at for row in short) - LASTS
    found = said.last_said(session, {row.customer_id for row in short}, since)
    told = [(row, found.get((row.customer_id, row.sender_id))) for row in short]
    return {
        row.id: LastSaid(last.text, is_of_staff=last.staff_id is not None)
        for row, last in told
        if last is not None and row.received_at - LASTS <= last.handed_at <= row.received_at
    }
