"""The second factor of log-in: a code that an app makes from a key and the time (RFC 6238), or a recovery code.

Source: SPEC CP-6, CP-8.
"""

import secrets
from base64 import b32encode
from datetime import datetime
from typing import Any
from uuid import UUID

from passlib.exc import TokenError
from passlib.totp import TOTP
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from app.store import recovery_codes
from app.store.staff import ROLES, Role, Staff
from app.store.writing import rows_changed
from app.usecases import audit
from app.usecases.log_in import Account
from app.usecases.parts import Parts

STEP = 30
"""Seconds for which a code stands; one step of drift either way is taken."""
CODES = 10
CODE_BYTES = 10
NOTHING: dict[str, Any] = {"totp_key": None, "totp_since": None, "totp_step": None}


def offer(parts: Parts, account: Account) -> None:
    """Makes a key for an account that has none; it holds once a code of it was given."""
    with parts.store.write() as session:
        mine = update(Staff).where(Staff.id == account.id, Staff.totp_since.is_(None))
        session.execute(mine.values(totp_key=TOTP.new().base32_key, totp_step=None))


def confirm(parts: Parts, account: Account, code: str, now: datetime) -> list[str] | None:
    """Turns the offered key on, if the code is of it, and returns the recovery codes; None if it is not."""
    with parts.store.write() as session:
        is_off = session.scalars(
            select(Staff.id).where(Staff.id == account.id, Staff.totp_since.is_(None)).with_for_update()
        ).first()
        if is_off is None or not _is_code(session, account.id, code, now):
            return None
        session.execute(update(Staff).where(Staff.id == account.id).values(totp_since=now))
        _note(session, account, "second_factor.on", now)
        return _fresh_codes(session, account.id)


def is_right(parts: Parts, account: Account, given: str, now: datetime) -> bool:
    """Whether this is the code of this moment, or a recovery code; it is good for this once."""
    code = "".join(filter(str.isalnum, given)).upper()
    with parts.store.write() as session:
        if _is_code(session, account.id, code, now):
            return True
        if not recovery_codes.use(session, account.id, code):
            return False
        left = recovery_codes.count(session, account.id)
        _note(session, account, "second_factor.recovery", now, left=left)
        return True


def renew_codes(parts: Parts, account: Account) -> list[str]:
    """New recovery codes; the old ones hold no more. Noted with the code that was given for it."""
    with parts.store.write() as session:
        return _fresh_codes(session, account.id)


def turn_off(parts: Parts, account: Account) -> None:
    """Log-in asks for the password alone again. Noted with the code that was given for it."""
    with parts.store.write() as session:
        clear(session, account.id)


def clear(session: Session, staff_id: UUID) -> None:
    """Forgets an account's key and recovery codes."""
    session.execute(update(Staff).where(Staff.id == staff_id).values(**NOTHING))
    recovery_codes.replace(session, staff_id, ())


def require(parts: Parts, roles: frozenset[str], now: datetime, admin: str) -> None:
    """Says for which roles log-in goes on only with a second factor."""
    with parts.store.write() as session:
        for role in session.scalars(select(Role).where(Role.name.in_(ROLES)).order_by(Role.id)):
            needed = role.name in roles
            if role.needs_second_factor != needed:
                role.needs_second_factor = needed
                action = "second_factor.require"
                audit.note(session, admin, action, "role", role.name, now, is_required=needed)


def _is_code(session: Session, staff_id: UUID, code: str, now: datetime) -> bool:
    """Whether it is a code of now whose step was not used yet; the step is used from now on."""
    key = session.scalars(select(Staff.totp_key).where(Staff.id == staff_id)).one_or_none()
    if not key or not (len(code) == 6 and code.isascii() and code.isdigit()):
        return False
    try:
        step = TOTP(key, period=STEP).match(code, int(now.timestamp()), window=STEP).counter
    except TokenError:
        return False
    is_new = or_(Staff.totp_step.is_(None), Staff.totp_step < step)
    used = update(Staff).where(Staff.id == staff_id, Staff.totp_key.is_not(None), is_new)
    return rows_changed(session.execute(used.values(totp_step=step))) == 1


def _fresh_codes(session: Session, staff_id: UUID) -> list[str]:
    codes = [b32encode(secrets.token_bytes(CODE_BYTES)).decode() for _ in range(CODES)]
    recovery_codes.replace(session, staff_id, codes)
    return ["-".join(code[at : at + 4] for at in range(0, len(code), 4)).lower() for code in codes]


def _note(session: Session, account: Account, action: str, now: datetime, **told: Any) -> None:
    audit.note(session, account.email, action, "staff", str(account.id), now, account.id, **told)
