"""Who was erased, as the hash of the phone: what they last told each brand counts when the number comes again."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, Select, bindparam, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import Uuid

from app.store.encryption import keyring
from app.store.phone_hashes import every, phone_hash
from app.store.schema import metadata
from app.store.tables import Rows, Table, new_id

REASON = "person_erased"
"""Why what was under way with an erased person has ended."""


@dataclass(frozen=True, slots=True)
class Gone:
    """A number's erased owners: when the last of them was erased, and what the last to know a brand told it:
    `KEPT` a row."""

    at: datetime
    told: Rows


Erased = Mapping[str, Gone]
"""By phone: see `of`."""


class Erasure(Table):
    """One erasure of one person. It leads from the number's hash to what the law keeps of them, sealed for ever.

    There is no hash where the number had gone to somebody else before: they have what the person told, and may have
    told otherwise since.
    """

    __tablename__ = "erasures"

    customer_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("customers.id"), primary_key=True)
    phone_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), index=True)
    at: Mapped[datetime]


KEPT = ("brand_id", "consent", "consent_at", "stopped_at", "hold_until")
"""What of an erased person's profile the next owner of the number may have."""


@cache
def _told() -> Select[Any]:
    profiles = metadata().tables["profiles"]
    return (
        select(Erasure.phone_hash, Erasure.at, *(profiles.c[name] for name in KEPT))
        .outerjoin(profiles, profiles.c.customer_id == Erasure.customer_id)
        .where(Erasure.phone_hash.in_(bindparam("hashes", expanding=True)))
        .order_by(Erasure.at, Erasure.customer_id)
    )


def add(session: Session, customer_id: UUID, phone_hash: bytes | None, now: datetime) -> None:
    """Notes that this person is erased, who had this number until now."""
    session.add(Erasure(customer_id=customer_id, phone_hash=phone_hash, at=now))


def of(session: Session, hashes: Mapping[bytes, str]) -> Erased:
    """Those of these phones, asked for by every hash of theirs, whose owners were erased."""
    told: dict[str, dict[UUID, Any]] = {}
    at: dict[str, datetime] = {}
    for row in session.connection().execute(_told(), {"hashes": list(hashes)}):
        phone = hashes[bytes(row.phone_hash)]
        at[phone], brands = row.at, told.setdefault(phone, {})
        if row.brand_id is not None:
            brands[row.brand_id] = row
    return {phone: Gone(at[phone], list(brands.values())) for phone, brands in told.items()}


def is_out(consent: str, stopped_at: datetime | None) -> bool:
    """Whether a profile is that of somebody who wants no more, or may not."""
    return consent in ("withdrawn", "held") or stopped_at is not None


def carried(told: Any) -> dict[str, Any]:
    """What of this the number's next owner has from the first."""
    return {name: getattr(told, name) for name in KEPT}


def ledger_line(profile: Mapping[str, Any]) -> dict[str, Any]:
    """The consent ledger's line about an opt-out that a new person has from an erased one."""
    return {
        "id": new_id(),
        "customer_id": profile["customer_id"],
        "brand_id": profile["brand_id"],
        "kind": "stopped_all" if profile["stopped_at"] else profile["consent"],
        "source": "kept_opt_out",
        "evidence": {},
        "inbound_id": None,
        "at": profile["created_at"],
    }


def of_phone(session: Session, e164: str) -> list[Erasure]:
    """The erasures of a number's owners, oldest first."""
    mine = select(Erasure).where(Erasure.phone_hash.in_(every([e164])))
    return list(session.scalars(mine.order_by(Erasure.at, Erasure.customer_id)))


def renew(session: Session, phones: Collection[str]) -> None:
    """Puts what is known of these numbers' erased owners under the newest hash, under which their next owner stands."""
    ring = keyring()
    if ring.older_hash_keys or ring.past_hash_keys:
        fresh = {phone: phone_hash(phone) for phone in phones}
        rehash(session, {held: fresh[phone] for held, phone in every(phones).items() if held != fresh[phone]})


def rehash(session: Session, fresh: Mapping[bytes, bytes]) -> None:
    """Puts what stands under these hashes of numbers under others."""
    known = select(Erasure.phone_hash).where(Erasure.phone_hash.in_(fresh)).distinct()
    for held in session.scalars(known).all() if fresh else ():
        if held is not None:
            mine = update(Erasure).where(Erasure.phone_hash == held)
            session.execute(mine.values(phone_hash=fresh[bytes(held)]))


def among(session: Session, customers: Collection[UUID]) -> list[UUID]:
    """Those of these people who have been erased."""
    mine = select(Erasure.customer_id).where(Erasure.customer_id.in_(customers))
    return list(session.scalars(mine)) if customers else []
