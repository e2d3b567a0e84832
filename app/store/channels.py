"""Channels (one account at a provider) and their senders (number, signature, purpose, brand)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.store.columns import Encrypted, EncryptedJson
from app.store.tables import Table, primary_key, reference


class Channel(Table):
    """One configured account at a provider. Its webhook addresses hold `secret`."""

    __tablename__ = "channels"

    id: Mapped[UUID] = primary_key()
    name: Mapped[str] = mapped_column(String(60), unique=True)
    provider: Mapped[str] = mapped_column(String(40))
    secret: Mapped[str] = mapped_column(Encrypted)
    settings: Mapped[dict[str, Any]] = mapped_column(EncryptedJson)
    rate_per_second: Mapped[float | None]
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class Sender(Table):
    """A number (or code) of a channel that speaks for one brand with one purpose (marketing|service|feedback|any)."""

    __tablename__ = "senders"
    __table_args__ = (UniqueConstraint("channel_id", "address", "brand_id"),)

    id: Mapped[UUID] = primary_key()
    channel_id: Mapped[UUID] = reference("channels.id")
    brand_id: Mapped[UUID] = reference("brands.id", has_index=True)
    address: Mapped[str] = mapped_column(String(40))
    sign_name: Mapped[str | None] = mapped_column(String(40))
    purpose: Mapped[str] = mapped_column(String(20), default="any")
    rate_per_second: Mapped[float | None]


def by_name(session: Session, name: str) -> Channel | None:
    """The channel with this name."""
    return session.scalars(select(Channel).where(Channel.name == name)).one_or_none()


def locked(session: Session, name: str) -> Channel | None:
    """The same, its row locked against others who change its settings."""
    mine = select(Channel).where(Channel.name == name).with_for_update(key_share=True)
    return session.scalars(mine).one_or_none()


def all_channels(session: Session) -> list[Channel]:
    """Every channel, by name."""
    return list(session.scalars(select(Channel).order_by(Channel.name)))


def all_senders(session: Session) -> list[Sender]:
    """Every sender, oldest first."""
    return list(session.scalars(select(Sender).order_by(Sender.id)))
