"""The one way in which a stored row is written down before it is digested, the same on every database."""

import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID


def written_down(ledger: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """A row as plain JSON values. Bytes are ciphertext, as hex; a column that holds nothing is left out,
    so that a column added later changes no digest of before.
    """
    return {
        "ledger": ledger,
        **{name: _plain(value) for name, value in values.items() if value is not None},
    }


def row_digest(key: bytes, written: Mapping[str, Any]) -> bytes:
    """The keyed digest of a row that is written down; `key` is this row's own, see `Keyring.digest`."""
    return hmac.digest(key, canonical(written), sha256)


def canonical(document: Any) -> bytes:
    """A JSON value as the only bytes that stand for it."""
    return json.dumps(
        document, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    ).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return value
