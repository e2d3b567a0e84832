"""Customers (a person with a phone) and profiles (what one brand knows of one customer, its consent included)."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String, bindparam, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import Uuid

from app.store.columns import Encrypted, EncryptedJson, PlainJson, sealed
from app.store.encryption import keyring
from app.store.tables import Rows, Table, new_id, primary_key
from app.store.writing import insert_ignoring, insert_new

Row = dict[str, Any]


class Customer(Table):
    """A person, found by the keyed hash of the phone. Their row is the lock that makes opt-outs and caps exact."""

    __tablename__ = "customers"

    id: Mapped[UUID] = primary_key()
    phone: Mapped[str] = mapped_column(Encrypted)
    phone_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    last_four_hash: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    timezone: Mapped[str | None] = mapped_column(String(60))
    number_status: Mapped[str] = mapped_column(String(20), default="unknown")
    number_status_at: Mapped[datetime | None]
    last_inbound_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Profile(Table):
    """One brand's knowledge of one customer; `consent` is the present state, the ledger has its history."""

    __tablename__ = "profiles"

    customer_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("customers.id"), primary_key=True)
    brand_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("brands.id"), primary_key=True, index=True)
    name: Mapped[str | None] = mapped_column(Encrypted)
    language: Mapped[str | None] = mapped_column(String(2))
    consent: Mapped[str] = mapped_column(String(20), default="none")
    consent_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    hold_until: Mapped[datetime | None]
    attributes: Mapped[dict[str, Any]] = mapped_column(EncryptedJson, default=dict)
    tags: Mapped[list[str]] = mapped_column(PlainJson, default=list)
    said: Mapped[dict[str, str]] = mapped_column(PlainJson, default=dict)
    last_sender_id: Mapped[UUID | None] = mapped_column(Uuid(), ForeignKey("senders.id"))
    created_at: Mapped[datetime]


BY_HASH = select(Customer.phone_hash, Customer.id).where(
    Customer.phone_hash.in_(bindparam("hashes", expanding=True))
)
PROFILES = select(Profile.__table__).where(Profile.customer_id.in_(bindparam("customers", expanding=True)))
IN_ORDER = Customer.id.in_(bindparam("ids", expanding=True))
WITHOUT_PHONE = [column for column in Customer.__table__.columns if column.name != "phone"]
LOCK = select(*WITHOUT_PHONE).where(IN_ORDER).order_by(Customer.id).with_for_update(key_share=True)
LOCK_FREE = LOCK.with_for_update(key_share=True, skip_locked=True)
LOCK_TO_SEND = (
    select(Customer.__table__).where(IN_ORDER).order_by(Customer.id).with_for_update(key_share=True)
)


def phone_hash(e164: str) -> bytes:
    """The keyed hash under which a phone is found."""
    return keyring().digest("phone", e164)


def last_four_hash(e164: str) -> bytes:
    """The keyed hash of a phone's last four digits, for the desk's search."""
    return keyring().digest("last-four", e164[-4:])


def ids_by_phone(session: Session, phones: Collection[str]) -> dict[str, UUID]:
    """Known customers' ids by E.164 phone."""
    hashes = {phone_hash(phone): phone for phone in phones}
    return {hashes[digest]: customer_id for digest, customer_id in _ids_by_hash(session, hashes).items()}


def ids_of_all(session: Session, phones: Collection[str], now: datetime) -> dict[str, UUID]:
    """Customers' ids by E.164 phone; people not known yet are made."""
    hashes = {phone_hash(phone): phone for phone in phones}
    known, _ = ids_and_made(
        session, {digest: _new_row(digest, phone, now) for digest, phone in hashes.items()}
    )
    return {phone: known[digest] for digest, phone in hashes.items()}


def new_rows(phones: Collection[str], now: datetime) -> dict[bytes, Row]:
    """Rows for people who may be new, by the hash of their phone, with the phone sealed already."""
    rows = {phone_hash(phone): phone for phone in phones}
    return {
        digest: {**_new_row(digest, phone, now), "phone": sealed(phone)} for digest, phone in rows.items()
    }


def ids_and_made(session: Session, new: Mapping[bytes, Row]) -> tuple[dict[bytes, UUID], set[UUID]]:
    """Ids by the hash of the phone, and of those whom this transaction has made: nobody else knows them yet."""
    known = _ids_by_hash(session, new)
    rows = [row for digest, row in sorted(new.items()) if digest not in known]
    made = insert_new(session, Customer, rows, ("phone_hash",), "id")
    known |= {row["phone_hash"]: row["id"] for row in rows if row["id"] in made}
    if len(made) < len(rows):  # another transaction has made some of them meanwhile
        known = _ids_by_hash(session, new)
    return known, made


def _ids_by_hash(session: Session, hashes: Collection[bytes]) -> dict[bytes, UUID]:
    found = session.connection().execute(BY_HASH, {"hashes": list(hashes)})
    return {bytes(digest): customer_id for digest, customer_id in found}


def _new_row(digest: bytes, e164: str, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "phone": e164,
        "phone_hash": digest,
        "last_four_hash": last_four_hash(e164),
        "number_status": "unknown",
        "created_at": now,
    }


def by_phone(session: Session, e164: str) -> Customer | None:
    """The customer with this phone."""
    return session.scalars(select(Customer).where(Customer.phone_hash == phone_hash(e164))).one_or_none()


def phone_of(session: Session, customer_id: UUID) -> str:
    """One customer's phone, decrypted."""
    return session.scalars(select(Customer.phone).where(Customer.id == customer_id)).one()


def lock(session: Session, ids: Collection[UUID], *, skip_locked: bool = False) -> Rows:
    """Locks the customers' rows in id order and returns them; on SQLite the transaction itself is the lock.

    With `skip_locked` the rows another transaction holds are left out. The phones stay unread: see `lock_to_send`.
    """
    return session.connection().execute(LOCK_FREE if skip_locked else LOCK, {"ids": list(ids)}).all()


def lock_to_send(session: Session, ids: Collection[UUID]) -> Rows:
    """As `lock`, with the phones decrypted: only who is about to send needs them."""
    return session.connection().execute(LOCK_TO_SEND, {"ids": list(ids)}).all()


def add_profiles(session: Session, pairs: Collection[tuple[UUID, UUID]], now: datetime) -> None:
    """Makes the missing profiles of (customer, brand) pairs."""
    rows = [
        {
            "customer_id": customer,
            "brand_id": brand,
            "consent": "none",
            "attributes": {},
            "tags": [],
            "said": {},
            "created_at": now,
        }
        for customer, brand in sorted(pairs)
    ]
    insert_ignoring(session, Profile, rows, ("customer_id", "brand_id"))


def profiles(session: Session, customers: Collection[UUID]) -> dict[tuple[UUID, UUID], Mapping[str, Any]]:
    """All profiles of these customers, by (customer, brand)."""
    found = session.connection().execute(PROFILES, {"customers": list(customers)})
    return {(row["customer_id"], row["brand_id"]): dict(row) for row in found.mappings()}


def set_number_status(session: Session, customer_id: UUID, status: str, now: datetime) -> None:
    """Records what a receipt or an answer has shown about the number."""
    mine = update(Customer).where(Customer.id == customer_id)
    session.execute(mine.values(number_status=status, number_status_at=now))
