"""Licences, registrations and filings: which ones advertising on a channel needs, and whether they hold at a moment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

LATEST = date.max - timedelta(days=1)
"""The latest day that has a day after it."""


class Scope(StrEnum):
    """What one licence speaks for: the whole brand, one channel, or one signature."""

    BRAND = "brand"
    CHANNEL = "channel"
    SIGNATURE = "signature"


class Asked(StrEnum):
    """When a kind is needed: for all advertising, or for much of it around a festival."""

    ALWAYS = "always"
    FESTIVAL = "festival"


@dataclass(frozen=True, slots=True)
class LicenceKind:
    """One kind of licence or filing, and the styles of channels that ask for it."""

    code: str
    zh: str
    en: str
    scope: Scope
    styles: frozenset[str]
    asked: Asked
    must_expire: bool
    """Nothing of this kind is valid for ever: who records one has to say until when."""
    warn_before: timedelta
    source: str


@dataclass(frozen=True, slots=True)
class Period:
    """From when until when something holds, the end excluded; None leaves a side open."""

    since: datetime | None = None
    until: datetime | None = None

    def holds_at(self, now: datetime) -> bool:
        """Whether the moment lies in it."""
        return (self.since is None or self.since <= now) and (self.until is None or now < self.until)


@dataclass(frozen=True, slots=True)
class Held:
    """One licence on record: for one channel or signature, where its kind speaks for no more."""

    kind: str
    period: Period
    channel_id: UUID | None = None
    signature: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What is on record of one kind that is needed."""

    kind: LicenceKind
    periods: tuple[Period, ...] = ()

    def holds_at(self, now: datetime) -> bool:
        """Whether any of it is valid at this moment."""
        return any(period.holds_at(now) for period in self.periods)

    @property
    def ends_at(self) -> datetime | None:
        """When the last of it ends; None where one has no end, and where there is none."""
        ends = [period.until for period in self.periods]
        return None if None in ends else max((end for end in ends if end is not None), default=None)


def period(starts_on: date | None, expires_on: date | None, zone: str) -> Period:
    """The moments of these days, both included, on the clocks of the zone; 9999-12-31, which has no day after it,
    counts as the day before."""
    return Period(
        _midnight(starts_on, zone) if starts_on else None,
        _midnight(min(expires_on, LATEST) + timedelta(days=1), zone) if expires_on else None,
    )


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))


def standings(
    kinds: Iterable[LicenceKind],
    held: Iterable[Held],
    *,
    asked: Asked,
    style: str,
    channel_id: UUID,
    signature: str,
) -> tuple[Standing, ...]:
    """Of each kind that this channel asks of a brand with this signature: what the brand has on record."""
    mine = tuple(held)
    return tuple(
        Standing(kind, tuple(one.period for one in mine if _fits(one, kind, channel_id, signature)))
        for kind in kinds
        if kind.asked is asked and style in kind.styles
    )


def _fits(one: Held, kind: LicenceKind, channel_id: UUID, signature: str) -> bool:
    if one.kind != kind.code:
        return False
    if kind.scope is Scope.CHANNEL:
        return one.channel_id == channel_id
    return kind.scope is Scope.BRAND or one.signature == signature
