"""The messages that need a person: their provider's set-up, their wording or their unknown outcome stopped them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.phone import masked
from app.store.brands import Brand
from app.store.customers import Customer
from app.store.outbound.table import IS_FOR_STAFF, Outbound

LONGEST = 200


@dataclass(frozen=True, slots=True)
class Unsent:
    """One such message, without its text."""

    id: UUID
    brand_code: str
    brand_name: str
    zone: str
    customer_id: UUID
    phone: str
    at: datetime
    status: str
    reason: str | None
    code: str | None


def messages(session: Session) -> list[Unsent]:
    """The latest first."""
    columns = (Outbound.id, Outbound.customer_id, Outbound.status, Outbound.reason, Outbound.code)
    query = (
        select(
            *columns,
            Outbound.created_at,
            Customer.phone,
            Brand.code.label("brand"),
            Brand.name,
            Brand.timezone,
        )
        .join(Customer, Customer.id == Outbound.customer_id)
        .join(Brand, Brand.id == Outbound.brand_id)
        .where(IS_FOR_STAFF)
        .order_by(Outbound.created_at.desc(), Outbound.id.desc())
        .limit(LONGEST)
    )
    return [
        Unsent(
            id=row.id,
            brand_code=row.brand,
            brand_name=row.name,
            zone=row.timezone,
            customer_id=row.customer_id,
            phone=masked(row.phone),
            at=row.created_at,
            status=row.status,
            reason=row.reason,
            code=row.code,
        )
        for row in session.execute(query)
    ]


def latest(session: Session) -> tuple[int, str]:
    """How many there are, and of when the latest is: changes with the list."""
    asked = select(func.count(), func.max(Outbound.created_at)).where(IS_FOR_STAFF)
    many, at = session.execute(asked).one()
    return many, str(at)


def count(session: Session) -> int:
    """How many there are."""
    return session.scalar(select(func.count()).select_from(Outbound).where(IS_FOR_STAFF)) or 0
