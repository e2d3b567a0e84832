"""Counts the people whom a brand's advertising reaches on a day near a festival, exactly over all workers."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.domain.festivals import FestivalVolume
from app.domain.licences import Asked
from app.store import tallies
from app.usecases.directory import BrandView
from app.usecases.permits import Permits


@dataclass(slots=True)
class _Today:
    day: date
    zone: ZoneInfo
    volume: FestivalVolume
    read: int


@dataclass(slots=True)
class FestivalCount:
    """Of one batch: read under a lock of its own, taken after the customers', and written with the decisions.

    On other days, and on channels that ask for no filing, there is nothing to read and nothing is locked.
    """

    permits: Permits
    now: datetime
    _brands: dict[UUID, _Today] = field(default_factory=dict)

    def read(self, session: Session, brands: set[UUID]) -> "FestivalCount":
        """The counts of those brands that are near a festival now."""
        for brand_id in sorted(brands):
            brand, zone, festivals = self._brand(brand_id), self._zone(brand_id), self.permits.rules.festivals
            day = self.now.astimezone(zone).date()
            filings = self.permits.licences(brand_id, Asked.FESTIVAL)
            if filings and festivals.is_near(day, brand.settings.get("anniversary")):
                count = tallies.locked(session, brand_id, day)
                volume = FestivalVolume(count, festivals.most_receivers, filings)
                self._brands[brand_id] = _Today(day, zone, volume, count)
        return self

    def volume(self, row: Any, handed: list[datetime]) -> FestivalVolume | None:
        """What the rule has to know about this message; None where nothing is counted, or this person was."""
        today = self._brands.get(row.brand_id)
        return None if today is None or self._has_had_one(row, handed, today) else today.volume

    def note_handed(self, row: Any, handed: list[datetime]) -> None:
        """One more receiver, unless this person is one already."""
        if (volume := self.volume(row, handed)) is not None:
            self._brands[row.brand_id].volume = replace(volume, receivers=volume.receivers + 1)

    def write(self, session: Session) -> None:
        """Keeps the counts that have grown."""
        for brand_id, today in self._brands.items():
            if today.volume.receivers != today.read:
                tallies.write(session, brand_id, today.day, today.volume.receivers)

    def _has_had_one(self, row: Any, handed: list[datetime], today: _Today) -> bool:
        """Marketing of today, or an earlier attempt of today at this very message."""
        tried = [row.handed_at] if row.attempts and row.handed_at else []
        return any(at.astimezone(today.zone).date() == today.day for at in (*handed, *tried))

    def _brand(self, brand_id: UUID) -> BrandView:
        return self.permits.directory.brands[brand_id]

    def _zone(self, brand_id: UUID) -> ZoneInfo:
        return ZoneInfo(self._brand(brand_id).timezone)
