"""Partners who bring a brand customers: with which agreement, and until when it runs."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.domain.licences import period
from app.store.brands import Brand
from app.store.tables import Rows, Table, primary_key, reference


class Partner(Table):
    """A partner of one brand; a renewal changes its agreement and its last day, and the audit keeps what was."""

    __tablename__ = "partners"
    __table_args__ = (UniqueConstraint("brand_id", "name"),)

    id: Mapped[UUID] = primary_key()
    brand_id: Mapped[UUID] = reference("brands.id")
    name: Mapped[str] = mapped_column(String(80))
    agreement: Mapped[str] = mapped_column(String(80))
    expires_on: Mapped[date]
    created_at: Mapped[datetime]


def named(session: Session, brand_id: UUID, name: str) -> Partner | None:
    """The brand's partner of this name."""
    return session.scalars(
        select(Partner).where(Partner.brand_id == brand_id, Partner.name == name.strip())
    ).one_or_none()


def everyone(session: Session) -> Rows:
    """All partners, what ends first on top, with their brand's short name and time zone."""
    listed = select(Partner.__table__, Brand.code.label("brand"), Brand.timezone).join(
        Brand, Brand.id == Partner.brand_id
    )
    return session.execute(listed.order_by(Brand.code, Partner.expires_on, Partner.id)).all()


def agreed_until(session: Session) -> dict[UUID, datetime]:
    """When each partner's agreement ends."""
    ends = {row.id: period(None, row.expires_on, row.timezone).until for row in everyone(session)}
    return {partner: end for partner, end in ends.items() if end is not None}
