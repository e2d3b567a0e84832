"""Who has had a number: its owners, one after the other, each with a row of their own."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.store import customers
from app.store.customers import Customer


def owners_of(session: Session, e164: str) -> list[UUID]:
    """Everybody who is known to have had this phone, its present owner last."""
    present = customers.ids_by_phone(session, [e164]).get(e164)
    if present is None:
        return []
    return [*earlier_owners(session, present), present]


def earlier_owners(session: Session, customer_id: UUID) -> list[UUID]:
    """Those who are known to have had this customer's phone before."""
    earlier = select(Customer.id).where(Customer.succeeded_by_id == customer_id).order_by(Customer.id)
    return list(session.scalars(earlier))
