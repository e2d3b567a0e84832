"""Recovery codes of a second factor: each lets its owner in once. Only their hashes are kept."""

from collections.abc import Collection
from hashlib import sha256
from uuid import UUID

from sqlalchemy import LargeBinary, UniqueConstraint, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.store.tables import Table, new_id, primary_key, reference
from app.store.writing import insert_all, rows_changed


class RecoveryCode(Table):
    """One code that has not been used; its 80 random bits need nothing that slows a guesser down."""

    __tablename__ = "recovery_codes"
    __table_args__ = (UniqueConstraint("staff_id", "digest"),)

    id: Mapped[UUID] = primary_key()
    staff_id: Mapped[UUID] = reference("staff.id")
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))


def replace(session: Session, staff_id: UUID, codes: Collection[str]) -> None:
    """These codes and no others are somebody's."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))
    rows = [{"id": new_id(), "staff_id": staff_id, "digest": _digest(staff_id, code)} for code in codes]
    insert_all(session, RecoveryCode, rows)


def use(session: Session, staff_id: UUID, code: str) -> bool:
    """Whether this is a code of theirs; it is none from now on."""
    mine = (RecoveryCode.staff_id == staff_id, RecoveryCode.digest == _digest(staff_id, code))
    return rows_changed(session.execute(delete(RecoveryCode).where(*mine))) == 1


def count(session: Session, staff_id: UUID) -> int:
    """How many are left."""
    mine = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.staff_id == staff_id)
    return session.scalar(mine) or 0


def _digest(staff_id: UUID, code: str) -> bytes:
    return sha256(staff_id.bytes + code.encode()).digest()
