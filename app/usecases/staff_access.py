"""Closes and opens staff accounts, ends their sessions, gives one-time passwords: what an admin does for colleagues."""

import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.store import log_in_attempts, staff_sessions
from app.store.staff import Role, Staff, by_email
from app.usecases import audit, second_factor
from app.usecases.parts import Parts
from app.usecases.staff_accounts import HASHER


class AccessRefusal(Exception):
    """What an admin asked for cannot be done; `reason` is unknown_staff, last_admin or oneself."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def one_time_password() -> str:
    """A password that is good for one log-in."""
    return secrets.token_urlsafe(9)


def set_active(parts: Parts, staff_id: UUID, is_active: bool, now: datetime, admin: str) -> None:
    """Closes an account, which ends its sessions, or opens it again. Raises AccessRefusal."""
    with parts.store.write() as session:
        person = _colleague(session, staff_id, admin)
        if not is_active and _admins_beside(session, person) == 0:
            raise AccessRefusal("last_admin")
        person.active = is_active
        staff_sessions.remove(session, staff_id)
        audit.note(session, admin, "staff.open" if is_active else "staff.close", "staff", str(staff_id), now)


def reset_password(parts: Parts, staff_id: UUID, password: str, now: datetime, admin: str) -> str:
    """Sets a one-time password, which ends the account's sessions; returns its address. Raises AccessRefusal."""
    with parts.store.write() as session:
        person = _colleague(session, staff_id, admin)
        person.password = HASHER.hash(password)
        person.must_change_password = True
        staff_sessions.remove(session, staff_id)
        audit.note(session, admin, "password.reset", "staff", str(staff_id), now)
        return person.email


def end_sessions(parts: Parts, staff_id: UUID, now: datetime, admin: str) -> int:
    """Logs a colleague out everywhere; returns of how many sessions. Raises AccessRefusal."""
    with parts.store.write() as session:
        _colleague(session, staff_id, admin)
        ended = staff_sessions.remove(session, staff_id)
        audit.note(session, admin, "sessions.end", "staff", str(staff_id), now, count=ended)
        return ended


def reset_second_factor(parts: Parts, staff_id: UUID, now: datetime, admin: str) -> None:
    """Takes a colleague's second factor away, who has lost it, and logs them out everywhere. Raises AccessRefusal."""
    with parts.store.write() as session:
        _colleague(session, staff_id, admin)
        second_factor.clear(session, staff_id)
        staff_sessions.remove(session, staff_id)
        audit.note(session, admin, "second_factor.reset", "staff", str(staff_id), now)


def let_in(parts: Parts, email: str, password: str, now: datetime, actor: str) -> None:
    """Opens the door to somebody whom nobody in the console can help, the last admin above all: their second factor is
    off, the password good for one log-in, and wrong ones are forgotten. Raises AccessRefusal."""
    with parts.store.write() as session:
        person = by_email(session, email)
        if person is None:
            raise AccessRefusal("unknown_staff")
        person.password, person.must_change_password = HASHER.hash(password), True
        second_factor.clear(session, person.id)
        staff_sessions.remove(session, person.id)
        log_in_attempts.remove(session, log_in_attempts.door_hash(person.email, None))
        for action in ("password.reset", "second_factor.reset"):
            audit.note(session, actor, action, "staff", str(person.id), now)


def _colleague(session: Session, staff_id: UUID, admin: str) -> Staff:
    person = session.get(Staff, staff_id)
    if person is None:
        raise AccessRefusal("unknown_staff")
    if person.email == admin:
        raise AccessRefusal("oneself")
    return person


def _admins_beside(session: Session, person: Staff) -> int:
    others = select(func.count(Staff.id)).where(Staff.id != person.id, Staff.active)
    return session.scalar(others.where(Staff.roles.any(Role.name == "admin"))) or 0
