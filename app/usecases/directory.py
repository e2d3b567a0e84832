"""Who may write, through what and with which licences: one snapshot of the set-up, renewed every two seconds."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.domain.licences import Held
from app.domain.offers import Offer
from app.providers.contract import Capabilities, ChannelSettings, Provider
from app.store import brands, channels, licences, offers
from app.store.engine import Store

RENEWED_AFTER = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class BrandView:
    """A brand as use cases see it."""

    id: UUID
    code: str
    name: str
    signature: str
    hotline: str
    language: str
    timezone: str
    settings: Mapping[str, Any]
    flow_revision: int


@dataclass(frozen=True, slots=True)
class SenderView:
    """A number of a channel, for one brand and one purpose."""

    id: UUID
    channel_id: UUID
    brand_id: UUID
    address: str
    sign_name: str | None
    purpose: str
    rate_per_second: float | None


@dataclass(frozen=True, slots=True)
class ChannelView:
    """A channel with its provider's code, its settings and what it can do."""

    id: UUID
    name: str
    provider: Provider[Any, Any]
    settings: ChannelSettings = field(repr=False)
    capabilities: Capabilities
    secret: str = field(repr=False)
    is_active: bool
    senders: tuple[SenderView, ...]

    @property
    def rate_per_second(self) -> float:
        """Messages a second that this account may send."""
        return self.capabilities.rate_per_second


@dataclass(frozen=True, slots=True)
class Directory:
    """One consistent picture of brands, channels and senders."""

    brands: Mapping[UUID, BrandView]
    channels: Mapping[UUID, ChannelView]
    senders: Mapping[UUID, SenderView]
    licences: Mapping[UUID, tuple[Held, ...]]
    """What each brand has on record."""
    offers: Mapping[UUID, Mapping[str, Offer]] = field(default_factory=dict)
    """By brand and name, for filling texts; the gate reads them anew."""

    def channel_named(self, name: str) -> ChannelView | None:
        """The channel of a webhook's address."""
        return next((channel for channel in self.channels.values() if channel.name == name), None)

    def brand_coded(self, code: str) -> BrandView | None:
        """The brand with this short name."""
        return next((brand for brand in self.brands.values() if brand.code == code), None)

    def sender_for(self, brand_id: UUID, purpose: str, last_sender_id: UUID | None) -> SenderView | None:
        """From which number the brand writes: the one the person knows, else one of the purpose, else any."""
        mine = [
            sender
            for sender in self.senders.values()
            if sender.brand_id == brand_id and self.channels[sender.channel_id].is_active
        ]
        fitting = [sender for sender in mine if sender.purpose in (purpose, "any")]
        known = [sender for sender in mine if sender.id == last_sender_id]
        if known and (known[0] in fitting or purpose != "marketing"):
            return known[0]
        return next(iter(fitting or mine), None)


def load(session: Session, providers: Mapping[str, Provider[Any, Any]]) -> Directory:
    """The picture at this moment; a channel whose provider is not installed is left out."""
    senders = [_sender(row) for row in channels.all_senders(session)]
    views = {
        row.id: _channel(row, providers[row.provider], senders)
        for row in channels.all_channels(session)
        if row.provider in providers
    }
    known = {row.id: _brand(row) for row in brands.all_brands(session)}
    return Directory(
        known,
        views,
        {sender.id: sender for sender in senders if sender.channel_id in views},
        licences.held(session),
        offers.of_brands(session, known),
    )


def _brand(row: brands.Brand) -> BrandView:
    return BrandView(
        row.id,
        row.code,
        row.name,
        row.signature,
        row.hotline,
        row.language,
        row.timezone,
        row.settings,
        row.flow_revision,
    )


def _sender(row: channels.Sender) -> SenderView:
    return SenderView(
        row.id, row.channel_id, row.brand_id, row.address, row.sign_name, row.purpose, row.rate_per_second
    )


def _channel(
    row: channels.Channel, provider: Provider[Any, Any], senders: Sequence[SenderView]
) -> ChannelView:
    settings = provider.settings.model_validate(row.settings)
    return ChannelView(
        row.id,
        row.name,
        provider,
        settings,
        provider.capabilities.for_channel(settings),
        row.secret,
        row.is_active,
        tuple(sender for sender in senders if sender.channel_id == row.id),
    )


class DirectoryCache:
    """The picture, at most two seconds old; a brand's switch and a person's wishes are never read from here."""

    def __init__(self, store: Store, providers: Mapping[str, Provider[Any, Any]]) -> None:
        self._store = store
        self.providers = providers
        self._lock = threading.Lock()
        self._directory: Directory | None = None
        self._loaded_at: datetime | None = None

    def current(self, now: datetime) -> Directory:
        """The picture, loaded anew when it is too old or the clock was set back."""
        with self._lock:
            directory = self.at_hand(now)
            if directory is None:
                with self._store.read() as session:
                    directory = self._directory = load(session, self.providers)
                self._loaded_at = now
            return directory

    def at_hand(self, now: datetime) -> Directory | None:
        """The picture if it is fresh; waits for nothing, neither the database nor who is loading it."""
        loaded_at = self._loaded_at
        is_fresh = loaded_at is not None and loaded_at <= now < loaded_at + RENEWED_AFTER
        return self._directory if is_fresh else None

    def renew(self) -> None:
        """Forget the picture: something has just been changed by this process."""
        with self._lock:
            self._directory = None
