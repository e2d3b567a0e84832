"""Shows a customer's full number to staff, and notes that it did. Source: SPEC CP-4."""

from datetime import datetime
from uuid import UUID

from app.store.customers import Customer
from app.usecases import audit
from app.usecases.desk import StaffMember
from app.usecases.parts import Parts


def reveal_phone(parts: Parts, staff: StaffMember, customer_id: UUID, now: datetime) -> str | None:
    """The full number in E.164; None for a customer who is not known."""
    with parts.store.write() as session:
        customer = session.get(Customer, customer_id)
        if customer is None:
            return None
        audit.note(session, staff.email, "customer.reveal", "customer", str(customer_id), now, staff.id)
        return customer.phone
