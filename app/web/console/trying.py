"""Tries what somebody gives at the door: each password or code is counted before it is compared."""

from collections.abc import Callable

from flask import current_app

from app.usecases import lock_out
from app.usecases.lock_out import Outcome
from app.usecases.parts import Parts
from app.web.console import known_browsers
from app.web.console.accounts import Member
from app.web.console.comparing import admitted, is_password


def tried(email: str, member: Member | None, is_right: Callable[[], bool], action: str) -> Outcome:
    """What becomes of a try for this address; a right one is noted as `action`."""
    parts: Parts = current_app.extensions["parts"]
    device = known_browsers.device_of(member.id) if member is not None else None
    attempt = lock_out.begin(parts, lock_out.door(email, device), parts.now())
    if attempt is None:
        return Outcome.LOCKED
    if not is_right() or member is None:
        lock_out.fail(parts, member, attempt, parts.now())
        return Outcome.WRONG
    lock_out.succeed(parts, member, attempt, action, parts.now())
    return Outcome.RIGHT


def password_tried(email: str, member: Member | None, password: str, action: str) -> Outcome:
    """As `tried`, of a password. A locked door costs one read; for an address of nobody's it takes as long as for
    somebody's."""
    parts: Parts = current_app.extensions["parts"]
    device = known_browsers.device_of(member.id) if member is not None else None
    if lock_out.is_locked(parts, lock_out.door(email, device), parts.now()):
        return Outcome.LOCKED
    with admitted():
        hashed = member.password if member is not None and member.active else None
        return tried(email, member, lambda: is_password(password, hashed), action)
