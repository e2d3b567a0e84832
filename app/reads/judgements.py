"""Shows a person's messages up to any moment with all that was decided about each, and the consent of that moment."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, or_, select, union_all
from sqlalchemy.orm import Session

from app.domain.delivery_codes import REASSIGNED
from app.domain.phone import masked
from app.reads.why import Explained, about_customer
from app.store import owners
from app.store.brands import Brand
from app.store.complaints import Complaint
from app.store.consents import ABOUT_TEXTS, ConsentEvent
from app.store.conversations import Conversation
from app.store.customers import Customer, Profile
from app.store.inbounds import Inbound
from app.store.outbound.table import IS_FOR_STAFF, Outbound

LONGEST = 100
"""Messages of each direction on one page; earlier ones are asked for by their moment."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """How consent stood at a moment: the last event of the ledger before it."""

    kind: str
    source: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """A message with what was decided about it, or (without a `text`) a decision about something else."""

    id: UUID
    at: datetime
    brand: str
    zone: str
    direction: str | None
    text: str | None
    purpose: str | None
    decided: tuple[Explained, ...]
    agreed: Agreed | None

    @property
    def verdict(self) -> Explained | None:
        """The last word about it."""
        return self.decided[-1] if self.decided else None


@dataclass(frozen=True, slots=True)
class FormerOwner:
    """Somebody who had the number, and until when."""

    customer_id: UUID
    until: datetime


@dataclass(frozen=True, slots=True)
class Looked:
    """A page about one person, the latest first. `earlier` is the moment at which the page before it begins; there is
    no `phone` of somebody who was erased.
    """

    customer_id: UUID
    phone: str
    names: tuple[str, ...]
    brands: tuple[tuple[str, str], ...]
    """(short name, name) of those that know the person."""
    entries: tuple[Entry, ...]
    earlier: datetime | None
    before: tuple[FormerOwner, ...] = ()
    """Who had the number before, the last of them first."""

    def shows(self, message_id: UUID) -> bool:
        """Whether the message stands on this page."""
        return any(entry.id == message_id for entry in self.entries)


def owners_of(session: Session, e164: str) -> list[UUID]:
    """Whose phone this is, and whose it was before, the latest first."""
    return list(reversed(owners.owners_of(session, e164)))


def owner_of(session: Session, message_id: UUID) -> tuple[UUID, datetime] | None:
    """Whose message this is, and when it was written; in or out."""
    found = union_all(
        select(Inbound.customer_id, Inbound.received_at.label("at")).where(Inbound.id == message_id),
        select(Outbound.customer_id, Outbound.created_at.label("at")).where(Outbound.id == message_id),
    )
    row = session.execute(found).first()
    return (row.customer_id, row.at) if row is not None else None


def has_been_with_staff(session: Session, customer_id: UUID) -> bool:
    """Whether the person was ever handed to staff or complained, or a message to them needs a person, by any brand."""
    handed = select(Conversation.id).where(Conversation.customer_id == customer_id)
    complained = select(Complaint.id).where(Complaint.customer_id == customer_id)
    unsent = select(Outbound.id).where(Outbound.customer_id == customer_id, IS_FOR_STAFF)
    return session.scalars(union_all(handed, complained, unsent).limit(1)).first() is not None


BEEN_WITH_STAFF = or_(
    select(Conversation.id).where(Conversation.customer_id == Customer.id).exists(),
    select(Complaint.id).where(Complaint.customer_id == Customer.id).exists(),
    select(Outbound.id).where(Outbound.customer_id == Customer.id, IS_FOR_STAFF).exists(),
)
"""As `has_been_with_staff`, of the customers of a query."""


def about(session: Session, customer_id: UUID, until: datetime) -> Looked | None:
    """What was known of the person by `until`; None for one who is not known."""
    customer = session.get(Customer, customer_id)
    if customer is None:
        return None
    met = session.execute(
        select(Profile.name, Brand)
        .join(Brand, Brand.id == Profile.brand_id)
        .where(Profile.customer_id == customer_id)
    ).all()
    rows = _messages(session, customer_id, until)
    since = max((some[-1].at for some in rows if len(some) == LONGEST), default=None)
    shown = [row for some in rows for row in some if since is None or row.at >= since]
    decided = about_customer(session, customer_id, until)
    entries = _entries(shown, decided, since, _Ledger.read(session, customer_id, until))
    return Looked(
        customer_id,
        masked(customer.phone),
        tuple(dict.fromkeys(row.name for row in met if row.name)),
        tuple(sorted((row.Brand.code, row.Brand.name) for row in met)),
        entries,
        since,
        _before(session, customer),
    )


def _before(session: Session, customer: Customer) -> tuple[FormerOwner, ...]:
    """Each former owner names the present one as their successor."""
    earlier = select(Customer.id, Customer.number_status_at).where(
        Customer.succeeded_by_id == (customer.succeeded_by_id or customer.id),
        Customer.id < customer.id,
        Customer.number_status == REASSIGNED,
    )
    return tuple(FormerOwner(*row) for row in session.execute(earlier.order_by(Customer.id.desc())))


@dataclass(frozen=True, slots=True)
class _Ledger:
    """The ledger of consent, oldest first, by the brand's short name."""

    events: Sequence[Row[Any]]

    @classmethod
    def read(cls, session: Session, customer_id: UUID, until: datetime) -> "_Ledger":
        mine = (ConsentEvent.customer_id == customer_id, ConsentEvent.at <= until)
        about_texts = ConsentEvent.kind.in_(ABOUT_TEXTS)
        columns = (ConsentEvent.kind, ConsentEvent.source, ConsentEvent.at, Brand.code)
        query = select(*columns).join(Brand, Brand.id == ConsentEvent.brand_id).where(*mine, about_texts)
        return cls(session.execute(query.order_by(ConsentEvent.at, ConsentEvent.id)).all())

    def at(self, moment: datetime, brand: str) -> Agreed | None:
        """How it stood at this moment."""
        before = [one for one in self.events if one.code == brand and one.at <= moment]
        return Agreed(before[-1].kind, before[-1].source, before[-1].at) if before else None


def _messages(session: Session, customer_id: UUID, until: datetime) -> tuple[Sequence[Row[Any]], ...]:
    brand = (Brand.code.label("brand"), Brand.timezone.label("zone"))
    came = select(Inbound.id, Inbound.text, Inbound.received_at.label("at"), *brand)
    went = select(Outbound.id, Outbound.text, Outbound.created_at.label("at"), Outbound.purpose, *brand)
    came = came.join(Brand, Brand.id == Inbound.brand_id).where(
        Inbound.customer_id == customer_id, Inbound.received_at <= until
    )
    went = went.join(Brand, Brand.id == Outbound.brand_id).where(
        Outbound.customer_id == customer_id, Outbound.created_at <= until
    )
    return (
        session.execute(came.order_by(Inbound.received_at.desc(), Inbound.id.desc()).limit(LONGEST)).all(),
        session.execute(went.order_by(Outbound.created_at.desc(), Outbound.id.desc()).limit(LONGEST)).all(),
    )


def _entries(
    shown: Iterable[Row[Any]], decided: Iterable[Explained], since: datetime | None, ledger: _Ledger
) -> tuple[Entry, ...]:
    """Messages with their decisions, and between them what was decided about anything else; the latest first."""
    messages = {row.id: row for row in shown}
    told: dict[UUID, list[Explained]] = {}
    others: list[Entry] = []
    for one in decided:
        if one.subject_id in messages:
            told.setdefault(one.subject_id, []).append(one)
        elif one.subject not in ("inbound", "outbound") and (since is None or one.at >= since):
            agreed = ledger.at(one.at, one.brand)
            others.append(Entry(one.subject_id, one.at, one.brand, "", None, None, None, (one,), agreed))
    entries = [_message(row, tuple(told.get(row.id, ())), ledger) for row in messages.values()]
    return tuple(sorted([*entries, *others], key=lambda entry: (entry.at, entry.id), reverse=True))


def _message(row: Row[Any], decided: tuple[Explained, ...], ledger: _Ledger) -> Entry:
    purpose = getattr(row, "purpose", None)
    judged_at = decided[0].at if decided else row.at
    direction = "inbound" if purpose is None else "outbound"
    agreed = ledger.at(judged_at, row.brand)
    return Entry(row.id, row.at, row.brand, row.zone, direction, row.text, purpose, decided, agreed)
