"""Column types: instants in UTC, JSON in the clear, text and JSON under the ring, and wrapped keys."""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from app.store.encryption import keyring

FIRST_YEAR, LAST_YEAR = 1900, 9000
"""What both databases and their drivers read back in any zone."""


class PlainJson(TypeDecorator[Any]):
    """A JSON value in the clear: codes, names and settings, nothing about a person.

    PostgreSQL's `json`, not `jsonb`: that one forgets the order of keys, and a flow starts at its first step.
    """

    impl = JSON
    cache_ok = True


class Instant(TypeDecorator[datetime]):
    """An aware moment; SQLite has no zones, so it is written there as naive UTC and read back aware."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuses a naive moment (it would mean something else elsewhere), and one that cannot be read back."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        if not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise ValueError(f"a moment of the year {value.year} cannot be stored")
        return value.astimezone(UTC).replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Sealed(bytes):
    """A token that was made before: encrypting takes longer than writing, and nobody else can write meanwhile."""


def sealed(value: str) -> Sealed:
    """The text as a token for a column of `Encrypted`."""
    return Sealed(keyring().encrypt(value))


def sealed_json(value: Any) -> Sealed:
    """The value as a token for a column of `EncryptedJson`."""
    return sealed(_json(value))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class Encrypted(TypeDecorator[str]):
    """Text that leaves the process only as an authenticated token."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | Sealed | None, dialect: Dialect) -> bytes | None:
        """Encrypts under the newest key."""
        return value if value is None or isinstance(value, Sealed) else sealed(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        """Decrypts under any key of the ring."""
        return None if value is None else keyring().decrypt(bytes(value))

    def is_rotated(self, token: bytes) -> bool:
        """Whether the newest key has made this token."""
        return keyring().is_under_newest(token)

    def rotated(self, token: bytes) -> bytes:
        """The same text under the newest key."""
        return keyring().rotate(token)


class EncryptedJson(TypeDecorator[Any]):
    """A JSON value, encrypted as a whole."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        """Encrypts the compact JSON."""
        return value if value is None or isinstance(value, Sealed) else sealed_json(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        """The value as it was stored."""
        return None if value is None else json.loads(keyring().decrypt(bytes(value)))

    def is_rotated(self, token: bytes) -> bool:
        """Whether the newest key has made this token."""
        return keyring().is_under_newest(token)

    def rotated(self, token: bytes) -> bytes:
        """The same value under the newest key."""
        return keyring().rotate(token)


class WrappedKey(TypeDecorator[bytes]):
    """A person's key, wrapped under the ring; nothing once it is destroyed."""

    impl = LargeBinary
    cache_ok = True

    def is_rotated(self, token: bytes) -> bool:
        """Whether the newest key has wrapped this one."""
        return keyring().is_under_newest(token)

    def rotated(self, token: bytes) -> bytes:
        """The same key wrapped under the newest one."""
        return keyring().rotate(token)
