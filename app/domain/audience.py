"""Which class of customer somebody is: it decides how often marketing may reach them."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

NEW_FOR = timedelta(days=30)
ACTIVE_FOR = timedelta(days=91)
DORMANT_AFTER = timedelta(days=182)
TRADE_TAGS = frozenset({"trade", "同行"})
"""Either tag says that somebody is of the same trade."""


class Audience(StrEnum):
    """The first that fits counts. Source: SPEC SE-2."""

    TRADE = "trade"
    NEW = "new"
    ACTIVE = "active"
    DORMANT = "dormant"
    PROSPECT = "prospect"
    OTHER = "other"


def audience_of(
    first_consent_at: datetime | None,
    last_order_at: datetime | None,
    last_interaction_at: datetime | None,
    now: datetime,
    *,
    tags: Collection[str] = (),
) -> Audience:
    """Trade by tag; new for 30 days after the first consent; active for three months after a purchase; dormant after
    six months without interaction, where the consent itself is one; a prospect who has never bought."""
    if not TRADE_TAGS.isdisjoint(tags):
        return Audience.TRADE
    if first_consent_at is not None and now - first_consent_at < NEW_FOR:
        return Audience.NEW
    if last_order_at is not None and now - last_order_at < ACTIVE_FOR:
        return Audience.ACTIVE
    signs = [at for at in (first_consent_at, last_interaction_at) if at is not None]
    if signs and now - max(signs) >= DORMANT_AFTER:
        return Audience.DORMANT
    return Audience.PROSPECT if last_order_at is None else Audience.OTHER
