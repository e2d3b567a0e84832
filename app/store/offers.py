"""Offers of a brand: the prices, discounts, quantities and deadlines that its copy may name."""

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Date, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.domain.offers import Offer
from app.store.columns import PlainJson
from app.store.tables import Table, primary_key, reference


class OfferRow(Table):
    """One offer; `price_cents` in hundredths, days in the brand's time zone."""

    __tablename__ = "offers"
    __table_args__ = (UniqueConstraint("brand_id", "name"),)

    id: Mapped[UUID] = primary_key()
    brand_id: Mapped[UUID] = reference("brands.id")
    name: Mapped[str] = mapped_column(String(40))
    title: Mapped[dict[str, str]] = mapped_column(PlainJson, default=dict)
    discount: Mapped[dict[str, str]] = mapped_column(PlainJson, default=dict)
    price_cents: Mapped[int | None]
    quantity: Mapped[int | None]
    starts_on: Mapped[date | None] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    is_sold_out: Mapped[bool] = mapped_column(default=False)
    updated_at: Mapped[datetime]

    def as_offer(self) -> Offer:
        """The offer as rules see it."""
        return Offer(
            name=self.name,
            title=self.title,
            discount=self.discount,
            price=None if self.price_cents is None else Decimal(self.price_cents) / 100,
            quantity=self.quantity,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            is_sold_out=self.is_sold_out,
        )


def row_named(session: Session, brand_id: UUID, name: str) -> OfferRow | None:
    """The brand's offer with this name."""
    mine = (OfferRow.brand_id == brand_id, OfferRow.name == name)
    return session.scalars(select(OfferRow).where(*mine)).one_or_none()


def of_brands(session: Session, brand_ids: Collection[UUID]) -> dict[UUID, dict[str, Offer]]:
    """The offers of each of these brands, by name."""
    found: dict[UUID, dict[str, Offer]] = {brand_id: {} for brand_id in brand_ids}
    rows = session.scalars(
        select(OfferRow).where(OfferRow.brand_id.in_(list(brand_ids))).order_by(OfferRow.name)
    )
    for row in rows:
        found[row.brand_id][row.name] = row.as_offer()
    return found
