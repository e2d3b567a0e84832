"""Begins and ends the sessions of staff; every way in and out of the console passes here. Source: SPEC CP-6, CP-8."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, or_, update

from app.domain.devices import device_words, network_of
from app.store import staff_sessions
from app.store.staff_sessions import StaffSession, token_hash
from app.store.tables import new_id
from app.store.writing import rows_changed
from app.usecases import audit
from app.usecases.log_in import Account
from app.usecases.parts import Parts

SEEN_EVERY = timedelta(minutes=5)
"""A click is written down once in so long."""
ENDED = "sessions.end"


@dataclass(frozen=True, slots=True)
class Caller:
    """What a browser says of itself, and where it calls from."""

    user_agent: str
    address: str | None


def begin(
    parts: Parts, staff_id: UUID, token: str, caller: Caller, now: datetime, *, is_half: bool = False
) -> UUID:
    """Begins the session that carries this token, and returns its id; what has lapsed, of anybody, is removed."""
    has_lapsed = ~or_(staff_sessions.holds(now), staff_sessions.holds(now, is_half=True))
    with parts.store.write() as session:
        session.execute(delete(StaffSession).where(has_lapsed))
        begun = StaffSession(
            id=new_id(),
            staff_id=staff_id,
            token_hash=token_hash(token),
            started_at=now,
            seen_at=now,
            device=device_words(caller.user_agent),
            address=network_of(caller.address),
            is_half=is_half,
        )
        session.add(begun)
        return begun.id


def pass_half(parts: Parts, session_id: UUID) -> None:
    """Ends a session that waited for its code, which was given."""
    with parts.store.write() as session:
        session.execute(delete(StaffSession).where(StaffSession.id == session_id))


def see(parts: Parts, session_id: UUID, seen_at: datetime, now: datetime) -> None:
    """Writes down that somebody is there, where that has not been done for a while."""
    if now - seen_at < SEEN_EVERY:
        return
    with parts.store.write() as session:
        session.execute(update(StaffSession).where(StaffSession.id == session_id).values(seen_at=now))


def end(parts: Parts, account: Account, session_id: UUID, now: datetime, action: str = ENDED) -> bool:
    """Ends one of somebody's own sessions; False where they have none of this id."""
    mine = (StaffSession.staff_id == account.id, StaffSession.id == session_id)
    with parts.store.write() as session:
        if not rows_changed(session.execute(delete(StaffSession).where(*mine))):
            return False
        audit.note(session, account.email, action, "staff", str(account.id), now, account.id)
        return True


def end_others(parts: Parts, account: Account, now: datetime, *, is_noted: bool = True) -> int:
    """Ends somebody's own sessions elsewhere; returns how many. Not noted where what is noted already says so."""
    with parts.store.write() as session:
        ended = staff_sessions.remove(session, account.id, but=account.session_id)
        if ended and is_noted:
            told = ("staff", str(account.id), now, account.id)
            audit.note(session, account.email, ENDED, *told, count=ended)
        return ended
