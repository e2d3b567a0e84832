"""Keeps the agreements with partners who bring a brand customers."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.store import brands, partners
from app.store.brands import Brand
from app.store.partners import Partner
from app.store.tables import new_id
from app.usecases import audit
from app.usecases.parts import Parts

LONGEST = 80


class PartnerRefused(Exception):
    """The agreement cannot be kept; `reason` is a code of `app/reads/licence_words.py`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Agreement:
    """Who brings customers to which brand, by which agreement, and its last day."""

    partner: str
    brand: str
    number: str
    expires_on: date


def add(parts: Parts, told: Agreement, now: datetime, actor: str) -> UUID:
    """Records a new partner and returns its id. Raises PartnerRefused."""
    with parts.store.write() as session:
        brand = _checked(session, told, now)
        if partners.named(session, brand.id, told.partner) is not None:
            raise PartnerRefused("partner_known")
        row = Partner(
            id=new_id(),
            brand_id=brand.id,
            name=told.partner.strip(),
            agreement=told.number.strip(),
            expires_on=told.expires_on,
            created_at=now,
        )
        session.add(row)
        session.flush()
        _note(session, row, told, "partner.add", now, actor)
    parts.directory.renew()
    return row.id


def renew(parts: Parts, told: Agreement, now: datetime, actor: str) -> UUID:
    """Puts a new agreement in the place of the partner's old one. Raises PartnerRefused."""
    with parts.store.write() as session:
        brand = _checked(session, told, now)
        row = partners.named(session, brand.id, told.partner)
        if row is None:
            raise PartnerRefused("unknown_partner")
        before = f"{row.agreement}, {row.expires_on.isoformat()}"
        row.agreement, row.expires_on = told.number.strip(), told.expires_on
        _note(session, row, told, "partner.renew", now, actor, before=before)
    parts.directory.renew()
    return row.id


def bringing(parts: Parts, brand_id: UUID, name: str | None, *, is_needed: bool) -> UUID | None:
    """The id of the partner of this name whose agreement runs. Raises PartnerRefused, where one is needed or named."""
    if not name and not is_needed:
        return None
    with parts.store.read() as session:
        found = partners.named(session, brand_id, name or "")
        partner_id = found.id if found else None
        ends_at = partners.agreed_until(session).get(partner_id) if partner_id else None
    if partner_id is None or ends_at is None:
        raise PartnerRefused("unknown_partner" if name else "partner_needed")
    if ends_at <= parts.now():
        raise PartnerRefused("agreement_ended")
    return partner_id


def _checked(session: Session, told: Agreement, now: datetime) -> Brand:
    brand = brands.locked(session, told.brand)
    if brand is None:
        raise PartnerRefused("unknown_brand")
    if not 0 < len(told.partner.strip()) <= LONGEST:
        raise PartnerRefused("partner_needed")
    if not 0 < len(told.number.strip()) <= LONGEST:
        raise PartnerRefused("number_needed")
    if told.expires_on < now.astimezone(ZoneInfo(brand.timezone)).date():
        raise PartnerRefused("ended_already")
    return brand


def _note(
    session: Session, row: Partner, told: Agreement, action: str, now: datetime, actor: str, **more: str
) -> None:
    until = row.expires_on.isoformat()
    details = {"name": row.name, "brand": told.brand, "number": row.agreement, "until": until, **more}
    audit.note(session, actor, action, "partner", str(row.id), now, None, **details)
