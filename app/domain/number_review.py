"""When numbers count as verified, and when too few of them are."""

from datetime import UTC, date, datetime, time, timedelta

TOO_FEW = 0.30
"""Under this share of verified numbers staff are warned. Source: SPEC SE-3."""


def quarter_began(now: datetime) -> datetime:
    """The first moment of the calendar quarter (UTC): what was heard of a number since then verifies it."""
    return datetime(now.year, (now.month - 1) // 3 * 3 + 1, 1, tzinfo=UTC)


def week_of(now: datetime) -> date:
    """The Monday of the week (UTC)."""
    return (now - timedelta(days=now.weekday())).date()


def week_began(now: datetime) -> datetime:
    """The first moment of the week (UTC): about whom a checker was asked since then is not asked about again."""
    return datetime.combine(week_of(now), time(), UTC)


def is_too_few(verified: int, customers: int) -> bool:
    """Whether staff are to be warned; not of a brand without customers."""
    return customers > 0 and verified < TOO_FEW * customers
