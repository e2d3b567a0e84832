"""Customers (a person with a phone) and profiles (what one brand knows of one customer, its consent included)."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, bindparam, or_, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import Uuid

from app.domain.delivery_codes import ERASED as NOBODYS_NUMBER
from app.domain.delivery_codes import REASSIGNED
from app.store import erasures, hash_keys, phone_hashes
from app.store.columns import PlainJson, WrappedKey
from app.store.consents import ConsentEvent
from app.store.encryption import keyring
from app.store.personal import ERASED, NOBODYS, Personal, PersonalJson, remember
from app.store.phone_hashes import last_four_hash, phone_hash
from app.store.tables import Rows, Table, new_id, primary_key
from app.store.writing import insert_all, insert_ignoring, insert_new

Row = dict[str, Any]
HAS_PHONE_HASH = "phone_hash IS NOT NULL"
"""A key for all of PostgreSQL's rows would be locked against those who refer to them when a number changes hands."""
PHONE = Personal()
OUT_OF_USE = "number_status IN ('dead', 'suspended')"


def _some(name: str, column: str, condition: str, **told: Any) -> Index:
    """An index over the rows of which this holds."""
    return Index(name, column, postgresql_where=text(condition), sqlite_where=text(condition), **told)


class Customer(Table):
    """A person, found by the keyed hash of the phone. Their row is the lock that makes opt-outs and caps exact.

    Where the number has gone to somebody else, the row has no hash any more and `succeeded_by_id` is the new owner's;
    who has it from somebody else, or comes again after an erasure, has it since `taken_over_at`. All that is kept about
    them is sealed under their `key`; once they are erased it is empty, and the hash is gone.
    """

    __tablename__ = "customers"
    __table_args__ = (
        _some("uq_customers_phone_hash", "phone_hash", HAS_PHONE_HASH, unique=True),
        _some("ix_customers_out_of_use", "number_status_at", OUT_OF_USE),
    )

    id: Mapped[UUID] = primary_key()
    key: Mapped[bytes] = mapped_column(WrappedKey)
    phone: Mapped[str] = mapped_column(Personal, info={ERASED: NOBODYS})
    phone_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), info={ERASED: None})
    last_four_hash: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    number_status: Mapped[str] = mapped_column(String(20), default="unknown", info={ERASED: NOBODYS_NUMBER})
    number_status_at: Mapped[datetime | None] = mapped_column(info={ERASED: None})
    last_inbound_at: Mapped[datetime | None] = mapped_column(info={ERASED: None})
    succeeded_by_id: Mapped[UUID | None] = mapped_column(
        Uuid(), ForeignKey("customers.id"), index=True, info={ERASED: None}
    )
    taken_over_at: Mapped[datetime | None] = mapped_column(info={ERASED: None})
    created_at: Mapped[datetime]


class Profile(Table):
    """One brand's knowledge of one customer; `consent` is the present state, the ledger has its history."""

    __tablename__ = "profiles"
    __table_args__ = (
        _some("ix_profiles_needs_until", "needs_until", "needs_until IS NOT NULL"),
        _some("ix_profiles_name_hash", "name_hash", "name_hash IS NOT NULL"),
    )

    customer_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("customers.id"), primary_key=True)
    brand_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("brands.id"), primary_key=True, index=True)
    name: Mapped[str | None] = mapped_column(Personal, info={ERASED: None})
    name_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), info={ERASED: None})
    language: Mapped[str | None] = mapped_column(String(2), info={ERASED: None})
    timezone: Mapped[str | None] = mapped_column(String(60), info={ERASED: None})
    consent: Mapped[str] = mapped_column(String(20), default="none")
    consent_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    hold_until: Mapped[datetime | None]
    attributes: Mapped[dict[str, Any]] = mapped_column(PersonalJson, info={ERASED: NOBODYS})
    tags: Mapped[list[str]] = mapped_column(PlainJson, default=list, info={ERASED: []})
    said: Mapped[dict[str, str]] = mapped_column(PlainJson, default=dict, info={ERASED: {}})
    separate_consents: Mapped[list[str]] = mapped_column(PlainJson, default=list, info={ERASED: []})
    needs_until: Mapped[datetime | None] = mapped_column(info={ERASED: None})
    is_personalised: Mapped[bool] = mapped_column(default=True, info={ERASED: True})
    last_sender_id: Mapped[UUID | None] = mapped_column(Uuid(), ForeignKey("senders.id"))
    created_at: Mapped[datetime]


BY_HASH = select(Customer.phone_hash, Customer.id, Customer.key).where(
    Customer.phone_hash.in_(bindparam("hashes", expanding=True))
)
PROFILES = select(Profile.__table__).where(Profile.customer_id.in_(bindparam("customers", expanding=True)))
IN_ORDER = Customer.id.in_(bindparam("ids", expanding=True))
WITHOUT_PHONE = [column for column in Customer.__table__.columns if column.name != "phone"]
LOCK = select(*WITHOUT_PHONE).where(IN_ORDER).order_by(Customer.id).with_for_update(key_share=True)
LOCK_FREE = LOCK.with_for_update(key_share=True, skip_locked=True)
PHONES = select(Customer.id, Customer.phone).where(IN_ORDER)
CONSENTS = select(
    Profile.customer_id,
    Profile.brand_id,
    Profile.consent,
    Profile.consent_at,
    Profile.stopped_at,
    Profile.hold_until,
    Profile.tags,
    Profile.separate_consents,
    Profile.is_personalised,
    Profile.timezone,
).where(Profile.customer_id.in_(bindparam("customers", expanding=True)))


def ids_by_phone(session: Session, phones: Collection[str]) -> dict[str, UUID]:
    """Known customers' ids by E.164 phone."""
    return ids_by_hash(session, phone_hashes.living(phones))


def ids_of_all(session: Session, phones: Collection[str], now: datetime) -> dict[str, UUID]:
    """Customers' ids by E.164 phone; people not known yet are made.

    Until their rows are locked a phone may change hands or its owner be erased: see `lock_owners`.
    """
    ids = ids_by_phone(session, phones)
    while missing := [phone for phone in phones if phone not in ids]:
        ids |= make(session, missing, erasures.of(session, phone_hashes.every(missing)), now)
        if not ids.keys() >= set(missing):  # another transaction has made some of them meanwhile
            ids |= ids_by_phone(session, missing)
    return ids


def make(
    session: Session, phones: Collection[str], erased: erasures.Erased, now: datetime
) -> dict[str, UUID]:
    """Makes people with these phones, and returns their ids by phone; somebody who is known by now is left out.

    Who was `erased` and comes again is a new person, whose opt-outs still count. Source: SPEC CP-5.
    """
    new = set(phones) - known_by_now(session, phones)
    rows = {phone: _new_row(phone, now, erased[phone].at if phone in erased else None) for phone in new}
    made = insert_new(session, Customer, sorted(rows.values(), key=lambda row: row["phone_hash"]), (), "id")
    ids = {phone: row["id"] for phone, row in rows.items() if row["id"] in made}
    profiles = [
        {**_profile(ids[phone], told.brand_id, now, None), **erasures.carried(told)}
        for phone in ids.keys() & erased.keys()
        for told in erased[phone].told
        if erasures.is_out(told.consent, told.stopped_at)
    ]
    insert_all(session, Profile, profiles)
    insert_all(session, ConsentEvent, [erasures.ledger_line(one) for one in profiles])
    erasures.renew(session, ids.keys() & erased.keys())
    return ids


def known_by_now(session: Session, phones: Collection[str]) -> set[str]:
    """While hash keys change, those of these phones that have an owner; from now on none gets another."""
    return set(ids_by_phone(session, phones)) if hash_keys.make_alone(session) else set()


def ids_by_hash(session: Session, hashes: Mapping[bytes, str]) -> dict[str, UUID]:
    """Known customers' ids by phone, which is asked for by each of its hashes."""
    found = session.connection().execute(BY_HASH, {"hashes": list(hashes)}).all()
    remember(session, {row.id: bytes(row.key) for row in found})
    return {hashes[bytes(row.phone_hash)]: row.id for row in found}


def _new_row(e164: str, now: datetime, taken_over_at: datetime | None) -> dict[str, Any]:
    key = keyring().new_person_key()
    return {
        "id": new_id(),
        "key": key.wrapped,
        "phone": PHONE.sealed(key, e164),
        "phone_hash": phone_hash(e164),
        "last_four_hash": last_four_hash(e164),
        "number_status": "unknown",
        "taken_over_at": taken_over_at,
        "created_at": now,
    }


def by_phone(session: Session, e164: str) -> Customer | None:
    """The customer with this phone."""
    mine = select(Customer).where(Customer.phone_hash.in_(phone_hashes.living([e164])))
    return session.scalars(mine).one_or_none()


def succeed(session: Session, customer_id: UUID, status: str, now: datetime) -> UUID:
    """Gives a customer's number to a new one, who is made, and returns theirs; the lock on the old one is held.

    `status` is what is known of the number with its new owner.
    """
    e164, mine = phone_of(session, customer_id), Customer.id == customer_id
    freed = {"phone_hash": None, "number_status": REASSIGNED, "number_status_at": now}
    session.execute(update(Customer).where(mine).values(**freed))
    row = _new_row(e164, now, now)
    insert_all(session, Customer, [row])  # what was told before an erasure ended with whom it was carried to
    erasures.renew(session, [e164])
    heir: UUID = row["id"]
    set_number_status(session, heir, status, now)
    earlier = or_(mine, Customer.succeeded_by_id == customer_id)
    session.execute(update(Customer).where(earlier).values(succeeded_by_id=heir))
    return heir


def phone_of(session: Session, customer_id: UUID) -> str:
    """One customer's phone, decrypted."""
    return session.scalars(select(Customer.phone).where(Customer.id == customer_id)).one()


def lock(session: Session, ids: Collection[UUID], *, skip_locked: bool = False) -> Rows:
    """Locks the customers' rows in id order and returns them; on SQLite the transaction itself is the lock.

    With `skip_locked` the rows another transaction holds are left out. The phones stay unread.
    """
    rows = session.connection().execute(LOCK_FREE if skip_locked else LOCK, {"ids": list(ids)}).all()
    remember(session, {row.id: bytes(row.key) for row in rows})
    return rows


def lock_owners(session: Session, e164s: Collection[str], now: datetime) -> dict[str, Any]:
    """Locks those who have these phones now, and returns their rows by phone; people not known yet are made.

    Between looking a phone up and locking its owner it may change hands: then the new owner is locked as well. To be
    called before anything is written about them.
    """
    while True:
        ids = ids_of_all(session, e164s, now)
        locked = {row.id: row for row in lock(session, ids.values())}
        if all(locked[customer_id].phone_hash is not None for customer_id in ids.values()):
            return {e164: locked[customer_id] for e164, customer_id in ids.items()}


def phones(session: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    """The customers' phones, decrypted: only who is about to send needs them."""
    found = session.connection().execute(PHONES, {"ids": list(ids)})
    return {row.id: row.phone for row in found}


def taken_over_at(session: Session, ids: Collection[UUID]) -> dict[UUID, datetime]:
    """Since when those of these customers have their number who have it from somebody else, or after an erasure."""
    mine = select(Customer.id, Customer.taken_over_at).where(Customer.id.in_(ids))
    rows = session.execute(mine.where(Customer.taken_over_at.is_not(None)))
    return {row.id: row.taken_over_at for row in rows}


def add_profiles(session: Session, pairs: Collection[tuple[UUID, UUID]], now: datetime) -> None:
    """Makes the missing profiles of (customer, brand) pairs.

    Who has taken over a number can have agreed to nothing before: with any brand, proof from then is none.
    """
    taken = taken_over_at(session, {customer for customer, _ in pairs}) if pairs else {}
    rows = [_profile(customer, brand, now, taken.get(customer)) for customer, brand in sorted(pairs)]
    insert_ignoring(session, Profile, rows, ("customer_id", "brand_id"))


def _profile(customer_id: UUID, brand_id: UUID, now: datetime, taken_over_at: datetime | None) -> Row:
    return {
        "customer_id": customer_id,
        "brand_id": brand_id,
        "consent": "none",
        "consent_at": taken_over_at,
        "attributes": {},
        "tags": [],
        "said": {},
        "separate_consents": [],
        "is_personalised": True,
        "created_at": now,
    }


def profiles(session: Session, customers: Collection[UUID]) -> dict[tuple[UUID, UUID], Mapping[str, Any]]:
    """All profiles of these customers, by (customer, brand)."""
    found = session.connection().execute(PROFILES, {"customers": list(customers)})
    return {(row["customer_id"], row["brand_id"]): dict(row) for row in found.mappings()}


def consents(session: Session, customers: Collection[UUID]) -> dict[tuple[UUID, UUID], Any]:
    """What of these customers' profiles says whether they may be written to, by (customer, brand)."""
    found = session.connection().execute(CONSENTS, {"customers": list(customers)})
    return {(row.customer_id, row.brand_id): row for row in found}


def set_number_status(session: Session, customer_id: UUID, status: str, now: datetime) -> None:
    """Records what a receipt or an answer has shown about the number."""
    mine = update(Customer).where(Customer.id == customer_id)
    session.execute(mine.values(number_status=status, number_status_at=now))
