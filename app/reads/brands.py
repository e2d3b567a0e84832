"""Each brand's last day in figures, and how far its customers have agreed to marketing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.store.brands import all_brands
from app.store.customers import Profile
from app.store.inbounds import Inbound
from app.store.outbound.table import Outbound

A_DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class BrandDay:
    """One brand: texts of the last 24 hours in and out, of these delivered and not sent, and its customers."""

    code: str
    name: str
    received: int
    sent: int
    delivered: int
    withheld: int
    customers: int
    agreed: int
    is_marketing_stopped: bool


@dataclass(frozen=True, slots=True)
class MarketingState:
    """Whether a brand's marketing goes out, and who stopped it when."""

    code: str
    name: str
    zone: str
    stopped_at: datetime | None
    stopped_by: str | None


def marketing_states(session: Session) -> list[MarketingState]:
    """Every brand's switch."""
    return [
        MarketingState(
            brand.code, brand.name, brand.timezone, brand.marketing_stopped_at, brand.marketing_stopped_by
        )
        for brand in all_brands(session)
    ]


def last_day(session: Session, now: datetime) -> list[BrandDay]:
    """Every brand with its figures."""
    recent = select(Inbound.brand_id, func.count()).where(Inbound.received_at > now - A_DAY)
    came: dict[UUID, int] = {
        brand: int(count) for brand, count in session.execute(recent.group_by(Inbound.brand_id))
    }
    went = _by_status(session, now)
    consents: dict[tuple[UUID, str], int] = {
        (brand, consent): count
        for brand, consent, count in session.execute(
            select(Profile.brand_id, Profile.consent, func.count()).group_by(
                Profile.brand_id, Profile.consent
            )
        )
    }
    return [
        BrandDay(
            brand.code,
            brand.name,
            came.get(brand.id, 0),
            sum(
                went.get((brand.id, status), 0) for status in ("accepted", "sent", "delivered", "undelivered")
            ),
            went.get((brand.id, "delivered"), 0),
            went.get((brand.id, "refused"), 0) + went.get((brand.id, "cancelled"), 0),
            sum(count for (held_by, _), count in consents.items() if held_by == brand.id),
            consents.get((brand.id, "granted"), 0),
            brand.marketing_stopped_at is not None,
        )
        for brand in all_brands(session)
    ]


def _by_status(session: Session, now: datetime) -> dict[tuple[UUID, str], int]:
    query = (
        select(Outbound.brand_id, Outbound.status, func.count())
        .where(Outbound.created_at > now - A_DAY)
        .group_by(Outbound.brand_id, Outbound.status)
    )
    return {(brand, status): count for brand, status, count in session.execute(query)}
