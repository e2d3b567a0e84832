"""Brands: who the customer thinks is writing."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.store.columns import PlainJson
from app.store.tables import Table, primary_key


class Brand(Table):
    """One brand with its signature, languages and the facts its flows speak of (hours, address, links)."""

    __tablename__ = "brands"

    id: Mapped[UUID] = primary_key()
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    signature: Mapped[str] = mapped_column(String(40))
    hotline: Mapped[str] = mapped_column(String(40), default="")
    language: Mapped[str] = mapped_column(String(2), default="zh")
    timezone: Mapped[str] = mapped_column(String(60), default="Asia/Shanghai")
    settings: Mapped[dict[str, Any]] = mapped_column(PlainJson, default=dict)
    marketing_stopped_at: Mapped[datetime | None]
    marketing_stopped_by: Mapped[str | None] = mapped_column(String(80))
    flow_revision: Mapped[int] = mapped_column(default=0)
    next_complaint_number: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]


def by_code(session: Session, code: str) -> Brand | None:
    """The brand with this short name."""
    return session.scalars(select(Brand).where(Brand.code == code)).one_or_none()


def locked(session: Session, code: str) -> Brand | None:
    """The same, its row locked: whoever else changes what the brand has set waits, and then sees what is new."""
    mine = select(Brand).where(Brand.code == code).with_for_update(key_share=True)
    return session.scalars(mine).one_or_none()


def all_brands(session: Session) -> list[Brand]:
    """Every brand, by its short name."""
    return list(session.scalars(select(Brand).order_by(Brand.code)))
