"""Colleagues whom a note on a complaint mentions."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import Uuid

from app.domain.mentions import Colleague
from app.store.staff import Role, Staff, staff_roles
from app.store.tables import Table, new_id, primary_key, reference

AT_THE_DESK = ("support", "manager", "admin")
"""Who may read a complaint's notes."""


class Mention(Table):
    """One colleague in one note: the event `sequence` of the complaint."""

    __tablename__ = "mentions"
    __table_args__ = (Index(None, "staff_id", "at"),)

    id: Mapped[UUID] = primary_key()
    staff_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("staff.id"))
    complaint_id: Mapped[UUID] = reference("complaints.id", has_index=True)
    customer_id: Mapped[UUID] = reference("customers.id", has_index=True)
    sequence: Mapped[int]
    at: Mapped[datetime]


def colleagues(session: Session) -> list[Colleague]:
    """Who can be mentioned, by name."""
    known = (
        select(Staff.id, Staff.name, Staff.email)
        .join(staff_roles, staff_roles.c.staff_id == Staff.id)
        .join(Role, Role.id == staff_roles.c.role_id)
        .where(Staff.active, Role.name.in_(AT_THE_DESK))
        .order_by(Staff.name, Staff.email)
    )
    return [Colleague(row.id, row.name, row.email) for row in session.execute(known)]


def add(
    session: Session,
    staff: Collection[UUID],
    complaint_id: UUID,
    customer_id: UUID,
    sequence: int,
    at: datetime,
) -> None:
    """Keeps whom one note mentions."""
    told = {"complaint_id": complaint_id, "customer_id": customer_id, "sequence": sequence, "at": at}
    session.add_all(Mention(id=new_id(), staff_id=one, **told) for one in staff)
