"""What is known of the numbers as a whole: each brand's share of verified ones, and codes that no table knows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.delivery_codes import DeliveryCodes
from app.domain.number_review import is_too_few
from app.providers import providers
from app.store import number_reviews
from app.store.brands import all_brands
from app.store.channels import Channel
from app.store.outbound.table import UNDELIVERED, Outbound
from app.store.tables import first_id

UNKNOWN_SINCE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Share:
    """One brand's numbers in the week of its last review."""

    brand: str
    name: str
    week_on: date
    customers: int
    verified: int

    @property
    def is_too_few(self) -> bool:
        """Whether less than 30 % are verified."""
        return is_too_few(self.verified, self.customers)

    @property
    def percent(self) -> int:
        """The share, rounded down."""
        return self.verified * 100 // self.customers if self.customers else 100


def shares(session: Session) -> list[Share]:
    """Each brand's, by its short name."""
    brands = {brand.id: brand for brand in all_brands(session)}
    found = [
        Share(brands[row.brand_id].code, brands[row.brand_id].name, row.week_on, row.customers, row.verified)
        for row in number_reviews.latest(session)
    ]
    return sorted(found, key=lambda share: share.brand)


def unknown_codes(session: Session, codes: DeliveryCodes, now: datetime) -> Iterator[tuple[str, str, int]]:
    """Codes of the last 30 days that no table lists: the table's name, the code and how often it came."""
    tables = {name: provider.receipt_codes for name, provider in providers().items()}
    told = (
        select(Channel.provider, Outbound.code, func.count())
        .join(Channel, Channel.id == Outbound.channel_id)
        .where(
            Outbound.id >= first_id(now - UNKNOWN_SINCE),
            Outbound.status == UNDELIVERED,
            Outbound.code.is_not(None),
        )
        .group_by(Channel.provider, Outbound.code)
        .order_by(Channel.provider, Outbound.code)
    )
    for provider, code, count in session.execute(told):
        table = tables.get(provider, provider)
        if not codes.knows(table, code):
            yield table, code, count
