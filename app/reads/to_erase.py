"""What an erasure of one person would end and make unreadable, and what would stay: for whoever has to confirm it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.domain.phone import masked
from app.store.brands import Brand
from app.store.complaints import CLOSED, Complaint
from app.store.consents import ConsentEvent
from app.store.customers import Customer, Profile
from app.store.decisions import Decision
from app.store.erasures import is_out
from app.store.events import Event, Order
from app.store.forgetting import is_erased
from app.store.inbounds import Inbound
from app.store.outbound.table import CLAIMED, QUEUED, Outbound
from app.store.owners import earlier_owners

COUNTED: Mapping[str, Any] = {
    "inbounds": Inbound,
    "outbounds": Outbound,
    "events": Event,
    "orders": Order,
    "complaints": Complaint,
    "consents": ConsentEvent,
    "decisions": Decision,
}


@dataclass(frozen=True, slots=True)
class ToErase:
    """One person. `counts` are rows by kind (`waiting` are texts not sent yet, `open` complaints not closed),
    `brands` and `opted_out` names of brands, `earlier` how many owners the number had before."""

    customer_id: UUID
    phone: str
    names: tuple[str, ...]
    brands: tuple[str, ...]
    opted_out: tuple[str, ...]
    counts: Mapping[str, int]
    earlier: int


def to_erase(session: Session, customer_id: UUID) -> ToErase | None:
    """What is kept of the person; None for one who is not known, or erased already."""
    customer = session.get(Customer, customer_id)
    if customer is None or is_erased(customer):
        return None
    known = select(Profile.name, Profile.consent, Profile.stopped_at, Brand.name.label("brand")).join(
        Brand, Brand.id == Profile.brand_id
    )
    rows = session.execute(known.where(Profile.customer_id == customer_id).order_by(Brand.code)).all()
    return ToErase(
        customer_id,
        masked(customer.phone),
        tuple(dict.fromkeys(row.name for row in rows if row.name)),
        tuple(row.brand for row in rows),
        tuple(row.brand for row in rows if is_out(row.consent, row.stopped_at)),
        _counts(session, customer_id),
        len(earlier_owners(session, customer_id)),
    )


def _counts(session: Session, customer_id: UUID) -> dict[str, int]:
    counts = {name: _count(session, table, customer_id) for name, table in COUNTED.items()}
    waiting = Outbound.status.in_((QUEUED, CLAIMED))
    counts["waiting"] = _count(session, Outbound, customer_id, waiting)
    counts["open"] = _count(session, Complaint, customer_id, Complaint.status != CLOSED)
    return counts


def _count(session: Session, table: Any, customer_id: UUID, *conditions: ColumnElement[bool]) -> int:
    theirs = select(func.count()).select_from(table).where(table.customer_id == customer_id, *conditions)
    return session.scalars(theirs).one()
