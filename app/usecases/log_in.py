"""What logging in reads and writes: the account, its failures and its lock-out, the new password."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.store.staff import LogInAttempt, Staff, by_email
from app.store.tables import new_id
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
    """Counts a password as wrong before it is looked at; None where the account is locked.

    So no more passwords than are allowed are ever compared, however many come at once: attempts on one account
    are counted one after the other. `succeed` takes a right one back. Source: SPEC CP-6.
    """
    with parts.store.write() as session:
        session.execute(select(Staff.id).where(Staff.id == account.id).with_for_update())
        mine = LogInAttempt.staff_id == account.id
        session.execute(delete(LogInAttempt).where(mine, LogInAttempt.at <= now - LOCKED_FOR))
        given = session.scalar(select(func.count()).select_from(LogInAttempt).where(mine)) or 0
        if given >= FAILURES_ALLOWED:
            return None
        attempt = LogInAttempt(id=new_id(), staff_id=account.id, at=now)
        session.add(attempt)
        return attempt.id


def succeed(parts: Parts, account: Account, attempt: UUID, action: str, now: datetime) -> None:
    """Says of an attempt that its password was right, and what it was given for; a log-in forgets the wrong ones."""
    mine = LogInAttempt.staff_id == account.id
    right = mine if action == SUCCEEDED else mine & (LogInAttempt.id == attempt)
    with parts.store.write() as session:
        session.execute(delete(LogInAttempt).where(right))
        audit.note(session, account.email, action, "staff", str(account.id), now, account.id)


def fail(parts: Parts, account: Account, now: datetime) -> None:
    """Says of an attempt that its password was wrong; it stays counted."""
    note(parts, account, FAILED, now)


def leave(parts: Parts, account: Account, now: datetime) -> None:
    """Ends all sessions of the account: a copy of a cookie that has been logged out opens nothing."""
    with parts.store.write() as session:
        session.execute(
            update(Staff).where(Staff.id == account.id).values(fs_uniquifier=secrets.token_hex(32))
        )
        audit.note(session, account.email, "log_out", "staff", str(account.id), now, account.id)


def note(parts: Parts, account: Account, action: str, now: datetime, **details: Any) -> None:
    """Adds to the audit what a member of staff did with their own account."""
    with parts.store.write() as session:
        audit.note(session, account.email, action, "staff", str(account.id), now, account.id, **details)
