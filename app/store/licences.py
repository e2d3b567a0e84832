"""Licences and filings that brands have on record; a renewal is a further row, and none is ever removed."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.domain.licences import Held, period
from app.store.brands import Brand
from app.store.tables import Rows, Table, primary_key, reference


class Licence(Table):
    """One licence of a brand, both days included; for one channel or one signature where its kind says so."""

    __tablename__ = "licences"

    id: Mapped[UUID] = primary_key()
    brand_id: Mapped[UUID] = reference("brands.id")
    kind: Mapped[str] = mapped_column(String(40))
    number: Mapped[str] = mapped_column(String(80))
    channel_id: Mapped[UUID | None] = reference("channels.id", is_optional=True)
    signature: Mapped[str | None] = mapped_column(String(40))
    starts_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    ended_at: Mapped[datetime | None]
    """When somebody took it off the record: it was revoked, or recorded by mistake."""
    created_at: Mapped[datetime]


HELD = (
    select(Licence.__table__, Brand.timezone)
    .join(Brand, Brand.id == Licence.brand_id)
    .where(Licence.ended_at.is_(None))
    .order_by(Licence.id)
)


def on_record(session: Session) -> Rows:
    """Every licence that was not taken off the record, with its brand's time zone."""
    return session.execute(HELD).all()


def held(session: Session) -> dict[UUID, tuple[Held, ...]]:
    """The same by brand, as the rules see them."""
    found: dict[UUID, tuple[Held, ...]] = {}
    for row in on_record(session):
        one = Held(
            row.kind, period(row.starts_on, row.expires_on, row.timezone), row.channel_id, row.signature
        )
        found[row.brand_id] = (*found.get(row.brand_id, ()), one)
    return found
