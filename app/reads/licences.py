"""Licences and filings for pages and commands: what is on record, and what advertising lacks on which channel."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.domain.licences import Asked, LicenceKind, Period, Scope, Standing, period, standings
from app.providers import providers
from app.store import brands, channels, licences, partners


class State(StrEnum):
    """How it stands with a licence at this moment."""

    VALID = "valid"
    SOON = "soon"
    """Valid, and about to end."""
    EXPIRED = "expired"
    COMING = "coming"
    """Not valid yet."""
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class LicenceLine:
    """One licence on record."""

    id: UUID
    brand: str
    kind: str
    number: str
    channel: str | None
    signature: str | None
    starts_on: date | None
    expires_on: date | None
    state: State

    def as_json(self) -> dict[str, Any]:
        """The line as `--json` gives it."""
        days = {name: str(day) for name in ("starts_on", "expires_on") if (day := getattr(self, name))}
        return {**asdict(self), "starts_on": None, "expires_on": None, **days, "id": str(self.id)}


@dataclass(frozen=True, slots=True)
class Needed:
    """A kind that advertising of a brand on a channel needs and that is missing, expired or about to end."""

    brand: str
    channel: str
    kind: LicenceKind
    state: State
    ends_at: datetime | None

    def as_json(self) -> dict[str, Any]:
        """The need as `--json` gives it."""
        ends_at = self.ends_at.isoformat() if self.ends_at else None
        told = {"brand": self.brand, "channel": self.channel, "kind": self.kind.code}
        return {**told, "state": self.state, "ends_at": ends_at}


def state_of(periods: Sequence[Period], warn_before: timedelta, now: datetime) -> State:
    """How it stands with these periods together."""
    if not periods:
        return State.MISSING
    if not any(one.holds_at(now) for one in periods):
        is_coming = any(one.since is not None and one.since > now for one in periods)
        return State.COMING if is_coming else State.EXPIRED
    return State.VALID if any(one.holds_at(now + warn_before) for one in periods) else State.SOON


def lines(session: Session, kinds: Sequence[LicenceKind], now: datetime) -> list[LicenceLine]:
    """What is on record, by brand and kind, what ends first on top."""
    codes = {brand.id: brand.code for brand in brands.all_brands(session)}
    names = {channel.id: channel.name for channel in channels.all_channels(session)}
    warn = {kind.code: kind.warn_before for kind in kinds}
    found = [
        LicenceLine(
            id=row.id,
            brand=codes[row.brand_id],
            kind=row.kind,
            number=row.number,
            channel=names.get(row.channel_id),
            signature=row.signature,
            starts_on=row.starts_on,
            expires_on=row.expires_on,
            state=state_of(
                [period(row.starts_on, row.expires_on, row.timezone)], warn.get(row.kind, timedelta()), now
            ),
        )
        for row in licences.on_record(session)
    ]
    return sorted(found, key=lambda one: (one.brand, one.kind, one.expires_on or date.max))


def needed(session: Session, kinds: Sequence[LicenceKind], now: datetime) -> list[Needed]:
    """What advertising lacks, or is about to lack, on each active channel for each brand that writes from it."""
    known, held = providers(), licences.held(session)
    of_brand = {brand.id: brand for brand in brands.all_brands(session)}
    senders = channels.all_senders(session)
    found = []
    for channel in channels.all_channels(session):
        if not channel.is_active or channel.provider not in known:
            continue
        provider = known[channel.provider]
        can = provider.capabilities.for_channel(provider.settings.model_validate(channel.settings))
        writing = dict.fromkeys(sender.brand_id for sender in senders if sender.channel_id == channel.id)
        for brand in (of_brand[brand_id] for brand_id in writing if can.asks_licences):
            stands = standings(
                kinds,
                held.get(brand.id, ()),
                asked=Asked.ALWAYS,
                style=can.style.value,
                channel_id=channel.id,
                signature=brand.signature,
            )
            found += [_needed(brand.code, channel.name, one, now) for one in stands]
    return [one for one in found if one.state is not State.VALID]


@dataclass(frozen=True, slots=True)
class Lacking:
    """A kind that marketing of a brand lacks or is about to lack, with all channels that it stops or is about to."""

    brand: str
    kind: LicenceKind
    state: State
    last_day: date | None
    channels: tuple[str, ...]

    @property
    def channel(self) -> str | None:
        """The channel to record it for, where it is filed by channel."""
        return self.channels[0] if self.kind.scope is Scope.CHANNEL else None


def together(needs: Iterable[Needed]) -> list[Lacking]:
    """Needs as people see to them: what speaks for more than one channel is told once."""
    found: dict[tuple[str, str, str | None], Lacking] = {}
    for one in needs:
        key = one.brand, one.kind.code, one.channel if one.kind.scope is Scope.CHANNEL else None
        before = found[key].channels if key in found else ()
        last_day = (one.ends_at - timedelta(days=1)).date() if one.ends_at else None
        found[key] = Lacking(one.brand, one.kind, one.state, last_day, (*before, one.channel))
    return list(found.values())


def _needed(brand: str, channel: str, one: Standing, now: datetime) -> Needed:
    state = state_of(one.periods, one.kind.warn_before, now)
    return Needed(brand, channel, one.kind, state, one.ends_at)


@dataclass(frozen=True, slots=True)
class AgreementLine:
    """A partner's agreement."""

    brand: str
    name: str
    agreement: str
    expires_on: date
    state: State

    def as_json(self) -> dict[str, Any]:
        """The line as `--json` gives it."""
        return {**asdict(self), "expires_on": str(self.expires_on)}


@dataclass(frozen=True, slots=True)
class ToSeeTo:
    """By brand: how many licences and filings, and how many agreements, are missing, expired or about to end."""

    licences: Counter[str]
    agreements: Counter[str]


def to_see_to(
    session: Session, kinds: Sequence[LicenceKind], agreement_warning: timedelta, now: datetime
) -> ToSeeTo:
    """What wants seeing to before marketing stops, or because it has."""
    ending = (one for one in agreements(session, agreement_warning, now) if one.state is not State.VALID)
    return ToSeeTo(
        Counter(one.brand for one in together(needed(session, kinds, now))),
        Counter(one.brand for one in ending),
    )


def agreements(session: Session, warn_before: timedelta, now: datetime) -> list[AgreementLine]:
    """The agreements with partners, by brand, what ends first on top."""
    return [
        AgreementLine(
            row.brand,
            row.name,
            row.agreement,
            row.expires_on,
            state_of([period(None, row.expires_on, row.timezone)], warn_before, now),
        )
        for row in partners.everyone(session)
    ]
