"""A customer's turn as staff have it at the desk: under the customer's lock, written at its end, or refused."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.content.check import Finding
from app.store import complaints as complaint_store
from app.store import customers
from app.store.forgetting import is_erased
from app.store.outbound.table import Outbound
from app.usecases.changes import Changes
from app.usecases.directory import Directory
from app.usecases.parts import Parts
from app.usecases.turn import Reader, Turn


class DeskRefusal(Exception):
    """What staff asked for cannot be done; `reason` is a code that the page words.

    A text that would not be sent comes with the `objections` of the content checks.
    """

    def __init__(self, reason: str, objections: tuple[Finding, ...] = ()) -> None:
        super().__init__(reason)
        self.reason, self.objections = reason, objections


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Who acts at the desk."""

    id: UUID
    email: str


@contextmanager
def at_the_desk(
    parts: Parts, customer_id: UUID, brand_id: UUID, now: datetime
) -> Iterator[tuple[Session, Turn]]:
    """The customer's turn under the lock; what it changes is written at the end. Raises DeskRefusal."""
    directory, changes = parts.directory.current(now), Changes()
    with parts.store.write() as session:
        locked = {row.id: row for row in customers.lock(session, [customer_id])}
        is_there = customer_id in locked and not is_erased(locked[customer_id])
        if not is_there or brand_id not in directory.brands:
            raise DeskRefusal("unknown_customer")
        yield session, turn_of(session, directory, changes, customer_id, brand_id, locked, now)
        changes.flush(session)


def turn_of(
    session: Session,
    directory: Directory,
    changes: Changes,
    customer_id: UUID,
    brand_id: UUID,
    rows: Mapping[UUID, Any],
    now: datetime,
) -> Turn:
    """The turn on the number that last wrote to them. Raises DeskRefusal: `unknown_customer`, `no_sender`."""
    profile = customers.profiles(session, [customer_id]).get((customer_id, brand_id))
    if profile is None:
        raise DeskRefusal("unknown_customer")
    last = _last_sender(session, customer_id, brand_id) or profile["last_sender_id"]
    sender = directory.sender_for(brand_id, "service", last)
    if sender is None:
        raise DeskRefusal("no_sender")
    book = Reader(session, directory, changes, now).turns({(customer_id, sender.id)}, rows)
    return book.turn(customer_id, sender.id, "")


def _last_sender(session: Session, customer_id: UUID, brand_id: UUID) -> UUID | None:
    mine = (Outbound.customer_id == customer_id, Outbound.brand_id == brand_id)
    return session.scalars(
        select(Outbound.sender_id).where(*mine).order_by(Outbound.created_at.desc()).limit(1)
    ).first()


def owner_of(parts: Parts, complaint_id: UUID) -> tuple[UUID, UUID]:
    """Whose complaint it is: (customer, brand). Raises DeskRefusal: `unknown_complaint`."""
    table = complaint_store.Complaint
    with parts.store.read() as session:
        found = session.execute(
            select(table.customer_id, table.brand_id).where(table.id == complaint_id)
        ).one_or_none()
    if found is None:
        raise DeskRefusal("unknown_complaint")
    return found.customer_id, found.brand_id


def complaint_of(turn: Turn, complaint_id: UUID) -> dict[str, Any]:
    """The complaint as it stands. Raises DeskRefusal: `already_resolved` where it is closed."""
    for row in turn.complaints:
        if row["id"] == complaint_id:
            return row
    raise DeskRefusal("already_resolved")
