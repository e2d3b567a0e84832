"""Passwords and codes that were given and are not known to be right, counted until they no longer matter."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Index, LargeBinary, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.store.encryption import keyring
from app.store.tables import Table, new_id, primary_key

FAILURES_ALLOWED = 5
LOCKED_FOR = timedelta(minutes=15)
"""A door is locked while so many wrong passwords were given at it within this time, with no right one since."""
SWEPT_AT_ONCE = 50


class LogInAttempt(Table):
    """One try at one door; the row goes when it was right. A door is an address, known here or not, and the browser
    that asks where that one is known: see `door_hash`."""

    __tablename__ = "log_in_attempts"
    __table_args__ = (Index(None, "door_hash", "at"),)

    id: Mapped[UUID] = primary_key()
    door_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    at: Mapped[datetime] = mapped_column(index=True)


def door_hash(email: str, device: str | None) -> bytes:
    """The door at which somebody asks for this address. Who has logged in here with this browser has one of their own,
    which no stranger can lock."""
    return keyring().digest("log-in", f"{email.strip().lower()}\0{device or ''}")


def given(session: Session, door: bytes, now: datetime) -> int:
    """How many tries at the door count at this moment."""
    mine = (LogInAttempt.door_hash == door, LogInAttempt.at > now - LOCKED_FOR)
    return session.scalar(select(func.count()).select_from(LogInAttempt).where(*mine)) or 0


def add(session: Session, door: bytes, now: datetime) -> UUID:
    """Counts one more, and returns its id; some that no longer count, of any door, are removed."""
    old = select(LogInAttempt.id).where(LogInAttempt.at <= now - LOCKED_FOR).limit(SWEPT_AT_ONCE)
    session.execute(delete(LogInAttempt).where(LogInAttempt.id.in_(old.with_for_update(skip_locked=True))))
    attempt = LogInAttempt(id=new_id(), door_hash=door, at=now)
    session.add(attempt)
    session.flush()
    return attempt.id


def remove(session: Session, door: bytes, attempt: UUID | None = None) -> None:
    """Takes back one try, or all at the door."""
    mine = delete(LogInAttempt).where(LogInAttempt.door_hash == door)
    session.execute(mine if attempt is None else mine.where(LogInAttempt.id == attempt))


def alone(session: Session, door: bytes) -> None:
    """Until the end of the transaction nobody else counts at this door; on SQLite there is one writer."""
    if session.get_bind().dialect.name == "postgresql":
        turn = int.from_bytes(door[:8], "big", signed=True)
        session.execute(select(func.pg_advisory_xact_lock(turn)))
