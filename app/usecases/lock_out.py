"""Counts wrong passwords and codes, and locks the door at which too many were given. Source: SPEC CP-6, CP-8.

A door is an address, whether anybody has an account with it or not: so a lock tells nothing. A browser in which
somebody has logged in before is a door of its own, so that whoever locks theirs from elsewhere does not keep them out.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.store import log_in_attempts
from app.store.log_in_attempts import FAILURES_ALLOWED
from app.usecases import audit
from app.usecases.log_in import Account
from app.usecases.parts import Parts

FAILED, LOCKED, SUCCEEDED = "log_in.failed", "log_in.locked", "log_in"
HALF = "log_in.password"
"""The password was right, and a code is asked for: what was wrong before stays counted until that is right too."""


class Outcome(StrEnum):
    """What became of a try."""

    RIGHT = "right"
    WRONG = "wrong"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try that is counted as wrong until it is known to be right; `locks` if it is the last that is allowed."""

    id: UUID
    door: bytes
    locks: bool


def door(email: str, device: str | None) -> bytes:
    """The door at which this address is asked for; `device` names a browser in which its owner has logged in."""
    return log_in_attempts.door_hash(email, device)


def is_locked(parts: Parts, at: bytes, now: datetime) -> bool:
    """Whether nothing that is given at this door is looked at just now. One read: thousands of tries cost little."""
    with parts.store.read() as session:
        return log_in_attempts.given(session, at, now) >= FAILURES_ALLOWED


def begin(parts: Parts, at: bytes, now: datetime) -> Attempt | None:
    """Counts a try as wrong before it is looked at; None where the door is locked.

    So no more than are allowed are ever compared, however many come at once: they are counted one after the other.
    """
    with parts.store.write() as session:
        log_in_attempts.alone(session, at)
        given = log_in_attempts.given(session, at, now)
        if given >= FAILURES_ALLOWED:
            return None
        return Attempt(log_in_attempts.add(session, at, now), at, given + 1 == FAILURES_ALLOWED)


def succeed(parts: Parts, account: Account, attempt: Attempt, action: str, now: datetime) -> None:
    """Says that it was right, and what it was given for; a log-in forgets the wrong ones."""
    with parts.store.write() as session:
        log_in_attempts.remove(session, attempt.door, None if action == SUCCEEDED else attempt.id)
        audit.note(session, account.email, action, "staff", str(account.id), now, account.id)


def fail(parts: Parts, account: Account | None, attempt: Attempt, now: datetime) -> None:
    """Says that it was wrong; it stays counted. The audit tells it of accounts that there are, and the lock once."""
    if account is None:
        return
    with parts.store.write() as session:
        for action in (FAILED, LOCKED) if attempt.locks else (FAILED,):
            audit.note(session, account.email, action, "staff", str(account.id), now, account.id)
