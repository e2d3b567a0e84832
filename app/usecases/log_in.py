"""What logging in reads and writes: the account, its failures and its lock-out, the new password."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.store.staff import AuditEntry, Staff, by_email
from app.usecases import audit
from app.usecases.parts import Parts

FAILURES_ALLOWED = 5
LOCKED_FOR = timedelta(minutes=15)
"""An account is locked while so many wrong passwords were given within this time, with no right one since."""
FAILED, SUCCEEDED = "log_in.failed", "log_in"


@dataclass(kw_only=True, eq=False)
class Account:
    """A member of staff as a session knows them."""

    id: UUID
    email: str
    name: str
    password: str | None
    must_change_password: bool
    active: bool
    fs_uniquifier: str = ""
    language: str
    role: str
    last_login_at: datetime | None
    current_login_at: datetime | None
    last_login_ip: str | None
    current_login_ip: str | None
    login_count: int | None


COLUMNS = tuple(name for name in Account.__dataclass_fields__ if name not in ("id", "email", "role"))
"""What a session may change of its account."""


def account_values(
    session: Session, *, email: str | None = None, uniquifier: str | None = None
) -> dict[str, Any] | None:
    """The values of the account with this address, or of the one that a session names; None if there is none."""
    if email is not None:
        found = by_email(session, email)
    else:
        found = session.scalars(select(Staff).where(Staff.fs_uniquifier == uniquifier)).one_or_none()
    if found is None:
        return None
    values = {name: getattr(found, name) for name in COLUMNS}
    return {
        "id": found.id,
        "email": found.email,
        "role": found.roles[0].name if found.roles else "",
        **values,
    }


def keep(parts: Parts, account: Account) -> None:
    """Writes what a session has changed of its account."""
    with parts.store.write() as session:
        values = {name: getattr(account, name) for name in COLUMNS}
        session.execute(update(Staff).where(Staff.id == account.id).values(**values))


def begin_attempt(parts: Parts, account: Account, now: datetime) -> UUID | None:
    """Notes a wrong password before the password is looked at; None where the account is locked.

    So no more passwords than are allowed are ever compared, however many come at once: attempts on one account
    are noted one after the other. `succeed` corrects the note of a right one. Source: SPEC CP-6.
    """
    with parts.store.write() as session:
        session.execute(select(Staff.id).where(Staff.id == account.id).with_for_update())
        if _is_locked(session, account.id, now):
            return None
        return audit.note(session, account.email, FAILED, "staff", str(account.id), now, account.id)


def succeed(parts: Parts, attempt: UUID, action: str = SUCCEEDED) -> None:
    """Says of an attempt that its password was right, and what it was given for."""
    with parts.store.write() as session:
        session.execute(update(AuditEntry).where(AuditEntry.id == attempt).values(action=action))


def _is_locked(session: Session, staff_id: UUID, now: datetime) -> bool:
    mine = (AuditEntry.subject_id == str(staff_id), AuditEntry.at > now - LOCKED_FOR)
    succeeded_at = session.scalar(
        select(func.max(AuditEntry.at)).where(*mine, AuditEntry.action == SUCCEEDED)
    )
    failures = select(func.count()).select_from(AuditEntry).where(*mine, AuditEntry.action == FAILED)
    if succeeded_at is not None:
        failures = failures.where(AuditEntry.at > succeeded_at)
    return (session.scalar(failures) or 0) >= FAILURES_ALLOWED


def note(parts: Parts, account: Account, action: str, now: datetime, **details: Any) -> None:
    """Adds to the audit what a member of staff did with their own account."""
    with parts.store.write() as session:
        audit.note(session, account.email, action, "staff", str(account.id), now, account.id, **details)
