"""Which of the brand's messages a complaint followed."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.store.outbound.table import Outbound
from app.store.runs import Run

LATELY = timedelta(days=30)


def message_before(
    session: Session, customer_id: UUID, brand_id: UUID, at: datetime, *, is_marketing: bool, not_of: UUID
) -> Any:
    """The last message that a flow has sent by itself in the 30 days before `at`: (id, flow, step), or None.

    Of marketing alone where the complaint is about being texted. What the run `not_of` has asked belongs to the
    complaint itself; answers to the customer are not counted, for nobody complains about those. Source: SPEC CO-1.
    """
    purposes = ("marketing",) if is_marketing else ("marketing", "service")
    theirs = (Outbound.customer_id == customer_id, Outbound.brand_id == brand_id, Outbound.run_id != not_of)
    sent = (Outbound.purpose.in_(purposes), Outbound.handed_at.between(at - LATELY, at))
    last = select(Outbound.id, Run.flow, Outbound.step).join(Run, Run.id == Outbound.run_id)
    ordered = last.where(*theirs, *sent).order_by(Outbound.handed_at.desc(), Outbound.id.desc())
    return session.execute(ordered.limit(1)).one_or_none()
