"""Texts that staff keep ready for a brand, by name and language."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.domain.canned_replies import Canned
from app.store.tables import Table, primary_key, reference


class CannedReply(Table):
    """One text, with placeholders."""

    __tablename__ = "canned_replies"
    __table_args__ = (UniqueConstraint("brand_id", "language", "name"),)

    id: Mapped[UUID] = primary_key()
    brand_id: Mapped[UUID] = reference("brands.id")
    language: Mapped[str] = mapped_column(String(2))
    name: Mapped[str] = mapped_column(String(30))
    text: Mapped[str] = mapped_column(String(500))
    updated_at: Mapped[datetime]

    def as_canned(self) -> Canned:
        """The text as rules see it."""
        return Canned(self.name, self.language, self.text)


def named(session: Session, brand_id: UUID, language: str, name: str) -> CannedReply | None:
    """The brand's text of this name in this language."""
    mine = (CannedReply.brand_id == brand_id, CannedReply.language == language, CannedReply.name == name)
    return session.scalars(select(CannedReply).where(*mine)).one_or_none()


def of_brand(session: Session, brand_id: UUID) -> Sequence[CannedReply]:
    """The brand's texts, by name."""
    mine = select(CannedReply).where(CannedReply.brand_id == brand_id)
    return session.scalars(mine.order_by(CannedReply.name, CannedReply.language)).all()
