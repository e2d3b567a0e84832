"""Puts a brand's licences and filings on record, and takes them off it."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.licences import LicenceKind, Scope
from app.store import brands, channels, licences
from app.store.brands import Brand
from app.store.licences import Licence
from app.store.tables import new_id
from app.usecases import audit
from app.usecases.parts import Parts

LONGEST_NUMBER = 80
LONGEST_SIGNATURE = 40


class LicenceRefused(Exception):
    """The licence cannot be recorded; `reason` is a code of `app/reads/licence_words.py`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class NewLicence:
    """What is written on a licence; its first and its last day hold both."""

    kind: str
    brand: str
    number: str
    expires_on: date | None = None
    starts_on: date | None = None
    channel: str | None = None
    """The channel's name, for a kind that is filed by channel."""
    signature: str | None = None
    """For a kind that is filed by signature; else the brand's own."""


def add(parts: Parts, told: NewLicence, now: datetime, actor: str) -> UUID:
    """Records a licence, or the renewal of one, and returns its id. Raises LicenceRefused."""
    kind = next((kind for kind in parts.rules.licence_kinds if kind.code == told.kind), None)
    if kind is None:
        raise LicenceRefused("unknown_kind")
    with parts.store.write() as session:
        brand = brands.locked(session, told.brand)
        if brand is None:
            raise LicenceRefused("unknown_brand")
        _check(told, kind, brand, now)
        row = Licence(
            id=new_id(),
            brand_id=brand.id,
            kind=kind.code,
            number=told.number.strip(),
            channel_id=_channel_id(session, told, kind, brand),
            signature=_signature(told, kind, brand),
            starts_on=told.starts_on,
            expires_on=told.expires_on,
            created_at=now,
        )
        if any(_is_same(one, row) for one in licences.on_record(session)):
            raise LicenceRefused("known_already")
        session.add(row)
        session.flush()
        audit.note(session, actor, "licence.add", "licence", str(row.id), now, None, **_told(row, brand))
    parts.directory.renew()
    return row.id


def end(parts: Parts, licence_id: UUID, now: datetime, actor: str) -> bool:
    """Takes a licence off the record: from now on it counts for nothing; says whether it was on it."""
    with parts.store.write() as session:
        row = session.scalars(select(Licence).where(Licence.id == licence_id).with_for_update()).one_or_none()
        if row is None or row.ended_at is not None:
            return False
        row.ended_at = now
        brand = session.get_one(Brand, row.brand_id)
        audit.note(session, actor, "licence.end", "licence", str(row.id), now, None, **_told(row, brand))
    parts.directory.renew()
    return True


def _check(told: NewLicence, kind: LicenceKind, brand: Brand, now: datetime) -> None:
    if not 0 < len(told.number.strip()) <= LONGEST_NUMBER:
        raise LicenceRefused("number_needed")
    if told.expires_on is None and kind.must_expire:
        raise LicenceRefused("end_needed")
    if told.expires_on is None:
        return
    if told.starts_on is not None and told.starts_on > told.expires_on:
        raise LicenceRefused("ends_before_start")
    if told.expires_on < now.astimezone(ZoneInfo(brand.timezone)).date():
        raise LicenceRefused("ended_already")


def _channel_id(session: Session, told: NewLicence, kind: LicenceKind, brand: Brand) -> UUID | None:
    if kind.scope is not Scope.CHANNEL:
        if told.channel:
            raise LicenceRefused("no_channel_here")
        return None
    if not told.channel:
        raise LicenceRefused("channel_needed")
    channel = channels.by_name(session, told.channel)
    if channel is None:
        raise LicenceRefused("unknown_channel")
    writing = {sender.brand_id for sender in channels.all_senders(session) if sender.channel_id == channel.id}
    if brand.id not in writing:
        raise LicenceRefused("channel_not_theirs")
    return channel.id


def _signature(told: NewLicence, kind: LicenceKind, brand: Brand) -> str | None:
    if kind.scope is not Scope.SIGNATURE:
        if told.signature:
            raise LicenceRefused("no_signature_here")
        return None
    signature = (told.signature or brand.signature).strip().strip("【】[]")
    if not 0 < len(signature) <= LONGEST_SIGNATURE:
        raise LicenceRefused("no_signature_here")
    return signature


def _is_same(one: object, row: Licence) -> bool:
    names = ("brand_id", "kind", "number", "channel_id", "signature", "starts_on", "expires_on")
    return all(getattr(one, name) == getattr(row, name) for name in names)


def _told(row: Licence, brand: Brand) -> dict[str, str | None]:
    until = row.expires_on.isoformat() if row.expires_on else None
    return {"kind": row.kind, "number": row.number, "brand": brand.code, "until": until}
