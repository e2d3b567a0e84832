"""Who has had a number: its owners, one after the other, each with a row of their own."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, CompoundSelect, bindparam, false, select, true, union_all
from sqlalchemy.orm import Session

from app.store import customers
from app.store.customers import Customer
from app.store.erasures import Erasure


@dataclass(frozen=True, slots=True)
class Before:
    """Who had the numbers of some people before: by the former owner's id, whose number it is now. Who was erased may
    be the same person; who handed the number on was another."""

    erased: Mapping[UUID, UUID]
    others: Mapping[UUID, UUID]

    def all(self) -> Mapping[UUID, UUID]:
        """Every former owner of the numbers."""
        return {**self.others, **self.erased}


_THESE: BindParameter[UUID] = bindparam("ids", expanding=True)
HANDED_ON = select(Customer.id.label("former"), Customer.succeeded_by_id.label("present"))
ERASED = select(Erasure.customer_id.label("former"), Customer.id.label("present")).join(
    Customer, Customer.phone_hash == Erasure.phone_hash
)
FORMER: CompoundSelect[Any] = union_all(
    HANDED_ON.add_columns(false()).where(Customer.succeeded_by_id.in_(_THESE)),
    ERASED.add_columns(true()).where(Customer.id.in_(_THESE)),
)
PRESENT: CompoundSelect[Any] = union_all(
    HANDED_ON.where(Customer.id.in_(_THESE), Customer.succeeded_by_id.is_not(None)),
    ERASED.where(Erasure.customer_id.in_(_THESE)),
)


def before(session: Session, ids: Collection[UUID]) -> Before:
    """Those who are known to have had these people's numbers before them."""
    erased, others = dict[UUID, UUID](), dict[UUID, UUID]()
    for former, present, was_erased in (
        session.connection().execute(FORMER, {"ids": list(ids)}) if ids else ()
    ):
        (erased if was_erased else others)[former] = present
    return Before(erased, others)


def present(session: Session, ids: Collection[UUID]) -> dict[UUID, UUID]:
    """By former owner, who has the number now of those of these people who have it no more."""
    found = session.connection().execute(PRESENT, {"ids": list(ids)}) if ids else ()
    return {row.former: row.present for row in found}


def owners_of(session: Session, e164: str) -> list[UUID]:
    """Everybody who is known to have had this phone, its present owner last."""
    owner = customers.ids_by_phone(session, [e164]).get(e164)
    return [*earlier_owners(session, owner), owner] if owner is not None else []


def earlier_owners(session: Session, customer_id: UUID) -> list[UUID]:
    """Those who are known to have had this customer's phone before."""
    earlier = select(Customer.id).where(Customer.succeeded_by_id == customer_id).order_by(Customer.id)
    return list(session.scalars(earlier))
