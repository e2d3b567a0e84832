"""Finds conversations for the desk: by phone, by its last four digits, by a complaint's number, by the whole name."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app.domain.desk_search import Wanted
from app.domain.phone import masked
from app.reads.inbox import last_words
from app.reads.judgements import BEEN_WITH_STAFF
from app.store import name_hashes, phone_hashes
from app.store.brands import Brand
from app.store.complaints import Complaint
from app.store.customers import Customer, Profile
from app.store.forgetting import IS_ERASED

MOST = 50
"""Conversations that are shown; more say that the search was too wide."""


@dataclass(frozen=True, slots=True)
class Found:
    """One conversation. The phone is masked."""

    customer_id: UUID
    brand_code: str
    brand_name: str
    phone: str
    name: str | None
    said: str
    complaint: int | None
    is_former: bool
    """Whether somebody else has the number now."""


def found(session: Session, wanted: Wanted, *, with_staff_only: bool) -> list[Found]:
    """The conversations, that with the latest text first; one more than `MOST` where there are more.

    With `with_staff_only` those alone whom something has brought to staff.
    """
    rows = {}
    for condition in _conditions(wanted):
        query = (
            select(Profile.customer_id, Profile.brand_id, Profile.name, Customer.phone, Customer.phone_hash)
            .add_columns(Customer.last_inbound_at, Brand.code, Brand.name.label("brand"))
            .join(Customer, Customer.id == Profile.customer_id)
            .join(Brand, Brand.id == Profile.brand_id)
            .where(condition, ~IS_ERASED)
            .order_by(Customer.last_inbound_at.desc().nulls_last(), Profile.customer_id, Brand.code)
        )
        if with_staff_only:
            query = query.where(BEEN_WITH_STAFF)
        for row in session.execute(query.limit(MOST + 1)):
            rows[row.customer_id, row.brand_id] = row
    some = list(rows.values())[: MOST + 1]
    words = last_words(session, {row.customer_id for row in some})
    return [
        Found(
            row.customer_id,
            row.code,
            row.brand,
            masked(row.phone),
            row.name,
            words.get((row.customer_id, row.brand_id), ""),
            wanted.complaint,
            row.phone_hash is None,
        )
        for row in some
    ]


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    """Each is found by an index of its own."""
    if wanted.complaint is not None:
        theirs = (
            Complaint.customer_id == Profile.customer_id,
            Complaint.brand_id == Profile.brand_id,
            Complaint.number == wanted.complaint,
        )
        brands = Complaint.brand_id.in_(select(Brand.id))  # complaints are counted brand by brand
        of_number = select(Complaint.customer_id).where(brands, Complaint.number == wanted.complaint)
        yield Profile.customer_id.in_(of_number) & select(Complaint.id).where(*theirs).exists()
    if wanted.phones:
        owner = select(Customer.id).where(Customer.phone_hash.in_(list(phone_hashes.living(wanted.phones))))
        yield or_(Customer.id.in_(owner), Customer.succeeded_by_id.in_(owner))
    if wanted.last_four is not None:
        yield Customer.last_four_hash.in_(phone_hashes.every_last_four(wanted.last_four))
    if wanted.name and (hashes := name_hashes.every(wanted.name)):
        yield Profile.name_hash.in_(hashes)
