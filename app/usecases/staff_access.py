"""Closes and opens staff accounts, and gives a new one-time password: what an admin does for colleagues."""

import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.store.staff import Role, Staff
from app.usecases import audit
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
        person.fs_uniquifier = secrets.token_hex(32)
        audit.note(session, admin, "staff.open" if is_active else "staff.close", "staff", str(staff_id), now)


def reset_password(parts: Parts, staff_id: UUID, password: str, now: datetime, admin: str) -> str:
    """Sets a one-time password, which ends the account's sessions; returns its address. Raises AccessRefusal."""
    with parts.store.write() as session:
        person = _colleague(session, staff_id, admin)
        person.password = HASHER.hash(password)
        person.must_change_password = True
        person.fs_uniquifier = secrets.token_hex(32)
        audit.note(session, admin, "password.reset", "staff", str(staff_id), now)
        return person.email


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
