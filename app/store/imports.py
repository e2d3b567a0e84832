"""Imports of customer lists: which file with which terms, how far it has come, and what was counted."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, String, UniqueConstraint, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.store.columns import EncryptedJson, PlainJson
from app.store.tables import Table, primary_key, reference
from app.store.writing import rows_changed

DRAFT, RUNNING, DONE, FAILED = "draft", "running", "done", "failed"


class Import(Table):
    """One list taken over by one brand. `digest` is of the file and the terms: the same again is no new import."""

    __tablename__ = "imports"
    __table_args__ = (UniqueConstraint("brand_id", "digest"),)

    id: Mapped[UUID] = primary_key()
    brand_id: Mapped[UUID] = reference("brands.id")
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    file_name: Mapped[str] = mapped_column(String(200))
    actor: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(20), default=RUNNING, index=True)
    reason: Mapped[str | None] = mapped_column(String(300))
    terms: Mapped[dict[str, Any]] = mapped_column(PlainJson, default=dict)
    head: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJson)
    """Of a draft: its columns and first rows, so that showing them reads no file."""
    counts: Mapped[dict[str, int]] = mapped_column(PlainJson, default=dict)
    last_row: Mapped[int] = mapped_column(default=0)
    report_size: Mapped[int] = mapped_column(default=0)
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


def known(session: Session, brand_id: UUID, digest: bytes) -> Import | None:
    """The import of this very file on these very terms."""
    mine = (Import.brand_id == brand_id, Import.digest == digest)
    return session.scalars(select(Import).where(*mine)).one_or_none()


def move_on(session: Session, import_id: UUID, from_row: int, **values: Any) -> bool:
    """Notes how far an import has come, if it still stands where it was left; False: another process has it."""
    mine = (Import.id == import_id, Import.last_row == from_row, Import.state == RUNNING)
    return rows_changed(session.execute(update(Import).where(*mine).values(**values))) == 1


def in_state(session: Session, state: str) -> list[Import]:
    """Imports in a state, oldest first, as they are now: they outlive the session and change nothing."""
    found = list(session.scalars(select(Import).where(Import.state == state).order_by(Import.begun_at)))
    session.expunge_all()
    return found


def as_it_is(session: Session, import_id: UUID) -> Import | None:
    """One import as it is now: it outlives the session and changes nothing."""
    found = session.get(Import, import_id)
    session.expunge_all()
    return found
