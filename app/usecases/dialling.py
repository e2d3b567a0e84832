"""Reads a number as a brand's own people would write it."""

from uuid import UUID

from app.domain import phone as phones
from app.domain.phone import NotAPhone, Phone
from app.usecases.directory import Directory

REGIONS = {"mainland": "CN", "north_america": "US"}


def region_of(directory: Directory, brand_id: UUID) -> str | None:
    """The country in which a number without one is read: that of the brand's first channel."""
    for sender in directory.senders.values():
        if sender.brand_id == brand_id:
            return REGIONS.get(directory.channels[sender.channel_id].capabilities.style.value)
    return None


def phone_of(directory: Directory, brand_id: UUID, written: str) -> Phone | NotAPhone:
    """A number in E.164; a query's `+` that has become a blank is one again."""
    typed = f"+{written[1:]}" if written.startswith(" ") else written
    return phones.parse(typed, region_of(directory, brand_id))
