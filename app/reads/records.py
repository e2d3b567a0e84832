"""What the API shows of one brand: a customer, messages, complaints and flows, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import phone as phones
from app.reads.why import Explained, about_subjects
from app.store import customers, flows, inbounds
from app.store.complaints import Complaint
from app.store.customers import Customer, Profile
from app.store.inbounds import Inbound
from app.store.outbound.table import Outbound

Shown = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list, the newest first; `next` is the `before` of the part that follows, where there is one."""

    items: list[Shown]
    next: str | None

    @classmethod
    def of(cls, items: list[Shown], limit: int) -> "Page":
        """The first `limit` items; one more was asked for, to know whether any follow."""
        return cls(items[:limit], items[limit - 1]["id"] if len(items) > limit else None)


def customer(session: Session, brand_id: UUID, e164: str) -> Shown | None:
    """What the brand knows of the person with this phone; None if nothing."""
    person = customers.by_phone(session, e164)
    profile = session.get(Profile, (person.id, brand_id)) if person is not None else None
    if person is None or profile is None:
        return None
    return {
        "id": str(person.id),
        "phone": e164,
        "region": phones.region_of(e164),
        "timezone": profile.timezone,
        "number_status": person.number_status,
        "separate_consents": list(profile.separate_consents),
        "is_personalised": profile.is_personalised,
        "name": profile.name,
        "language": profile.language,
        "consent": profile.consent,
        "consent_at": _moment(profile.consent_at),
        "stopped_at": _moment(profile.stopped_at),
        "attributes": {name: held["value"] for name, held in profile.attributes.items()},
        "tags": list(profile.tags),
        "last_inbound_at": _moment(inbounds.last_written(session, [person.id]).get((person.id, brand_id))),
        "created_at": _moment(profile.created_at),
    }


def messages(session: Session, brand_id: UUID, e164: str, before: UUID | None, limit: int) -> Page:
    """Messages to and from this phone, the newest first."""
    found: list[Shown] = []
    person_id = customers.ids_by_phone(session, [e164]).get(e164)
    for table, show in ((Inbound, _inbound), (Outbound, _outbound)):
        mine = select(table).where(table.customer_id == person_id, table.brand_id == brand_id)
        mine = mine.where(table.id < before) if before is not None else mine
        found += [show(row) for row in session.scalars(mine.order_by(table.id.desc()).limit(limit + 1))]
    return Page.of(sorted(found, key=lambda message: message["id"], reverse=True), limit)


def message(session: Session, brand_id: UUID, message_id: UUID) -> Shown | None:
    """One message of the brand's, inbound or outbound."""
    for table, show in ((Inbound, _inbound), (Outbound, _outbound)):
        row: Any = session.get(table, message_id)
        if row is not None and row.brand_id == brand_id:
            return show(row)
    return None


def why(session: Session, message_id: UUID) -> list[Explained]:
    """The decisions about one message, oldest first."""
    return about_subjects(session, [message_id])


def complaints(
    session: Session, brand_id: UUID, e164: str | None, status: str | None, before: UUID | None, limit: int
) -> Page:
    """The brand's complaints, the newest first."""
    mine = select(Complaint, Customer.phone).join(Customer, Customer.id == Complaint.customer_id)
    mine = mine.where(Complaint.brand_id == brand_id)
    if e164 is not None:
        mine = mine.where(Complaint.customer_id == customers.ids_by_phone(session, [e164]).get(e164))
    if status is not None:
        mine = mine.where(Complaint.status == status)
    if before is not None:
        mine = mine.where(Complaint.id < before)
    rows = session.execute(mine.order_by(Complaint.id.desc()).limit(limit + 1))
    return Page.of([_complaint(row, phone) for row, phone in rows], limit)


def published_flows(session: Session, brand_id: UUID) -> list[Shown]:
    """The brand's published flows, by name."""
    return [
        {
            "name": name,
            "version": version.version,
            "title": version.definition.get("title"),
            "about": version.definition.get("about", ""),
            "triggers": version.definition.get("triggers", []),
            "languages": version.definition.get("languages", []),
            "published_at": _moment(version.published_at),
        }
        for name, version in flows.published(session, brand_id).items()
    ]


def _inbound(row: Any) -> Shown:
    return {
        "id": str(row.id),
        "direction": "inbound",
        "text": row.text,
        "at": _moment(row.received_at),
        "status": row.status,
        "reason": row.outcome,
    }


def _outbound(row: Any) -> Shown:
    return {
        "id": str(row.id),
        "direction": "outbound",
        "text": row.text,
        "at": _moment(row.created_at),
        "status": row.status,
        "reason": row.reason,
        "purpose": row.purpose,
        "parts": row.parts,
        "due_at": _moment(row.due_at),
        "handed_at": _moment(row.handed_at),
        "settled_at": _moment(row.settled_at),
        "code": row.code,
        "answers": str(row.inbound_id) if row.inbound_id else None,
    }


_INSTANTS = (
    "opened_at",
    "first_response_due_at",
    "first_response_at",
    "first_response_breached_at",
    "resolution_due_at",
    "resolution_at",
    "resolution_breached_at",
    "follow_up_due_at",
    "follow_up_at",
)


def _complaint(row: Complaint, phone: str) -> Shown:
    instants: Mapping[str, str | None] = {name: _moment(getattr(row, name)) for name in _INSTANTS}
    return {
        "id": str(row.id),
        "number": row.number,
        "phone": phone,
        "kind": row.kind,
        "category": row.category,
        "severity": row.severity,
        "tone": row.tone,
        "status": row.status,
        "summary": row.summary,
        **instants,
        "follow_up_result": row.follow_up_result,
    }


def _moment(at: datetime | None) -> str | None:
    return at.isoformat(timespec="milliseconds") if at is not None else None
