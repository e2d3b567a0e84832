"""Sessions of staff: each a row, so that it can be shown to whose it is, and ended."""

from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import ColumnElement, LargeBinary, String, and_, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.store.tables import Table, primary_key, reference
from app.store.writing import rows_changed

IDLE = timedelta(hours=4)
"""A session without a click for so long ends; what a page polls by itself is no click."""
LONGEST = timedelta(days=7)
"""A session ends so long after its log-in, however busy it was."""

HALF_FOR = timedelta(minutes=10)
"""So long after the password the code may be given."""


class StaffSession(Table):
    """One browser that somebody is logged in with, or (`is_half`) half-way in: their code is still asked for.

    It carries a random token, of which the hash alone is kept.

    `seen_at` is the last click, give or take some minutes; `address` lacks its end.
    """

    __tablename__ = "staff_sessions"

    id: Mapped[UUID] = primary_key()
    staff_id: Mapped[UUID] = reference("staff.id", has_index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    device: Mapped[str] = mapped_column(String(60))
    address: Mapped[str] = mapped_column(String(64))
    is_half: Mapped[bool] = mapped_column(default=False)


def token_hash(token: str) -> bytes:
    """What is kept of a token; it is random and long, so that nothing need slow a guesser down."""
    return sha256(token.encode()).digest()


def holds(now: datetime, *, is_half: bool = False) -> ColumnElement[bool]:
    """Whether a session has not lapsed; with `is_half`, whether it is one that waits for its code."""
    if is_half:
        return and_(StaffSession.is_half, StaffSession.started_at > now - HALF_FOR)
    return and_(
        StaffSession.is_half.is_(False),
        StaffSession.seen_at > now - IDLE,
        StaffSession.started_at > now - LONGEST,
    )


def remove(session: Session, staff_id: UUID, *, but: UUID | None = None) -> int:
    """Ends the sessions of an account, all `but` one where that is named; returns how many."""
    ended = delete(StaffSession).where(StaffSession.staff_id == staff_id)
    if but is not None:
        ended = ended.where(StaffSession.id != but)
    return rows_changed(session.execute(ended))
