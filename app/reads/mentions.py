"""The notes in which a member of staff is mentioned."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from app.store.brands import Brand
from app.store.complaints import Complaint, ComplaintEvent
from app.store.customers import Customer
from app.store.forgetting import IS_ERASED
from app.store.mentions import Mention
from app.store.mentions import colleagues as colleagues
from app.store.staff import Staff

LONGEST = 30
"""Mentions that the page goes back."""


@dataclass(frozen=True, slots=True)
class Mentioned:
    """One note: who wrote it, when, and on which complaint."""

    customer_id: UUID
    brand_code: str
    brand_name: str
    zone: str
    number: int
    by: str
    note: str
    at: datetime


def of(session: Session, staff_id: UUID) -> list[Mentioned]:
    """Where somebody is mentioned, the latest first."""
    its_note = and_(
        ComplaintEvent.complaint_id == Mention.complaint_id, ComplaintEvent.sequence == Mention.sequence
    )
    mine = (
        select(
            Mention.customer_id,
            Mention.at,
            Complaint.number,
            Brand.code,
            Brand.name,
            Brand.timezone,
            Staff.name.label("by"),
            ComplaintEvent.note,
        )
        .join(Complaint, Complaint.id == Mention.complaint_id)
        .join(Brand, Brand.id == Complaint.brand_id)
        .join(Customer, Customer.id == Mention.customer_id)
        .join(ComplaintEvent, its_note)
        .outerjoin(Staff, Staff.id == ComplaintEvent.staff_id)
        .where(Mention.staff_id == staff_id, ~IS_ERASED)
        .order_by(Mention.at.desc(), Mention.id.desc())
    )
    return [
        Mentioned(
            row.customer_id,
            row.code,
            row.name,
            row.timezone,
            row.number,
            row.by or "",
            row.note or "",
            row.at,
        )
        for row in session.execute(mine.limit(LONGEST))
    ]
