"""Finds out which program calls the API, by its key."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update

from app.store.staff import ApiKey
from app.usecases.api_keys import digest
from app.usecases.directory import BrandView
from app.usecases.parts import Parts

NOTED_EVERY = timedelta(minutes=1)
"""How exactly `last_used_at` is kept: a write for each call would cost more than the call."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A program with a key; it sees and changes one brand."""

    key_id: UUID
    name: str
    brand: BrandView

    @property
    def actor(self) -> str:
        """The caller as the audit names it."""
        return f"api:{self.name}"


def caller_with(parts: Parts, key: str, now: datetime) -> Caller | None:
    """The program that holds this key; None for an unknown or revoked one."""
    with parts.store.read() as session:
        row = session.execute(select(ApiKey.__table__).where(ApiKey.digest == digest(key))).one_or_none()
    if row is None or row.revoked_at is not None:
        return None
    brand = parts.directory.current(now).brands.get(row.brand_id)
    if brand is None:
        return None
    if row.last_used_at is None or now - row.last_used_at >= NOTED_EVERY:
        with parts.store.write() as session:
            session.execute(update(ApiKey).where(ApiKey.id == row.id).values(last_used_at=now))
    return Caller(row.id, row.name, brand)
