"""The account as a session knows it: found by its address or by a session's token, and kept when it has changed."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from app.store.staff import Role, Staff, staff_roles
from app.store.staff_sessions import StaffSession, holds, token_hash
from app.usecases.parts import Parts


@dataclass(kw_only=True, eq=False)
class Account:
    """A member of staff as a session knows them; flask-security calls that session's token `fs_uniquifier`."""

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
    session_id: UUID | None = None
    seen_at: datetime | None = None
    has_second_factor: bool = False
    needs_second_factor: bool = False


FIXED = frozenset(
    {
        *("id", "email", "role", "fs_uniquifier", "session_id", "seen_at"),
        *("has_second_factor", "needs_second_factor"),
    }
)
COLUMNS = tuple(name for name in Account.__dataclass_fields__ if name not in FIXED)
"""What a session may change of its account."""
ACCOUNT = (
    select(Staff.id, Staff.email, *(getattr(Staff, name) for name in COLUMNS), Role.name.label("role"))
    .add_columns(Staff.totp_since.is_not(None).label("has_second_factor"), Role.needs_second_factor)
    .outerjoin(staff_roles, staff_roles.c.staff_id == Staff.id)
    .outerjoin(Role, Role.id == staff_roles.c.role_id)
)


def account_by_email(session: Session, email: str) -> dict[str, Any] | None:
    """The values of the account with this address, with the token of a session that may begin; None for no account."""
    found = session.execute(ACCOUNT.where(Staff.email == email.strip().lower())).first()
    return {**_values(found), "fs_uniquifier": secrets.token_hex(32)} if found is not None else None


def account_in_session(
    session: Session, token: str, now: datetime, *, is_half: bool = False
) -> dict[str, Any] | None:
    """The values of the account whose session carries this token, by one read; None where none does any more.

    With `is_half` only a session whose code is still asked for is found, and else never.
    """
    mine = (StaffSession.token_hash == token_hash(token), holds(now, is_half=is_half))
    here = ACCOUNT.add_columns(StaffSession.id.label("session_id"), StaffSession.seen_at)
    found = session.execute(here.join(StaffSession, StaffSession.staff_id == Staff.id).where(*mine)).first()
    return {**_values(found), "fs_uniquifier": token} if found is not None else None


def _values(found: Row[Any]) -> dict[str, Any]:
    told = dict(found._mapping)
    return {**told, "role": told["role"] or "", "needs_second_factor": bool(told["needs_second_factor"])}


def keep(parts: Parts, account: Account) -> None:
    """Writes what a session has changed of its account."""
    with parts.store.write() as session:
        values = {name: getattr(account, name) for name in COLUMNS}
        session.execute(update(Staff).where(Staff.id == account.id).values(**values))
