"""Lets a program repeat a call: the first answer under an `Idempotency-Key` is kept for a day and given again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from app.store import idempotency
from app.usecases.parts import Parts

KEPT_FOR = timedelta(hours=24)
LONGEST_CALL = timedelta(minutes=1)
"""A call that has had no answer for so long is dead: its key may be used again."""


@dataclass(frozen=True, slots=True)
class Begun:
    """The call is the first under its key."""

    id: UUID


@dataclass(frozen=True, slots=True)
class Answered:
    """The call was answered before."""

    status: int
    body: str


@dataclass(frozen=True, slots=True)
class UnderWay:
    """The first call under this key is being worked on."""


@dataclass(frozen=True, slots=True)
class KeyOfAnother:
    """The key was used for a call that said something else."""


def begin(
    parts: Parts, api_key_id: UUID, key: str, content: bytes, now: datetime
) -> Begun | Answered | UnderWay | KeyOfAnother:
    """Takes the key for a call with this content (method, path and body)."""
    key_hash, fingerprint = sha256(key.encode()).digest(), sha256(content).digest()
    with parts.store.write() as session:
        idempotency.forget(session, now - KEPT_FOR, now - LONGEST_CALL)
        taken = idempotency.begin(session, api_key_id, key_hash, fingerprint, now)
        if taken is not None:
            return Begun(taken)
        first = idempotency.held(session, api_key_id, key_hash)
        if first is None:
            return UnderWay()
        if bytes(first.fingerprint) != fingerprint:
            return KeyOfAnother()
        if first.status is None or first.body is None:
            return UnderWay()
        return Answered(first.status, first.body)


def finish(parts: Parts, begun: Begun, status: int, body: str) -> None:
    """Keeps the answer where the call succeeded; else the key is free again, for a mended call."""
    with parts.store.write() as session:
        if 200 <= status < 300:
            idempotency.keep(session, begun.id, status, body)
        else:
            idempotency.give_up(session, begun.id)
