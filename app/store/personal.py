"""What is kept about a person, sealed under that person's key: column types, and the one place that seals rows.

A query for such a column fetches the person's key with it, in the same statement; so a key that was destroyed is gone
for every reader at that moment. Who writes seals with the key of the customer that the row names.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from cryptography.fernet import Fernet
from sqlalchemy import (
    ColumnElement,
    LargeBinary,
    bindparam,
    cast,
    column,
    select,
    table,
    type_coerce,
)
from sqlalchemy import Table as CoreTable
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeDecorator, Uuid

from app.store.columns import Sealed
from app.store.encryption import (
    KEY_TEXT_BYTES,
    NONCE_BYTES,
    SEALED,
    TAG_BYTES,
    WRAPPED_BYTES,
    PersonKey,
    keyring,
)

ERASED = "erased"
"""In the `info` of a column in the clear: what stands there once the person is erased, or what makes it of what did."""
NOBODYS = Sealed(SEALED)
"""Stands where something was kept about a person who has been erased."""
PEOPLE = "customers"
PERSON = table(PEOPLE, column("id", Uuid()), column("key", LargeBinary())).alias("person")
KEYS = select(PERSON.c.id, PERSON.c.key).where(PERSON.c.id.in_(bindparam("ids", expanding=True)))
WRAPPING = len(SEALED) + NONCE_BYTES + KEY_TEXT_BYTES + TAG_BYTES
"""So many bytes of an envelope are its key, sealed under the person's."""


class Personal(TypeDecorator[Any]):
    """Text about a person. Read after the person's erasure it is `nothing()`."""

    impl = LargeBinary
    cache_ok = True

    def column_expression(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """The person's key, and the token behind it."""
        value = type_coerce(column, LargeBinary)
        return type_coerce(cast(_key_beside(column).op("||")(value), LargeBinary), self)

    def process_bind_param(self, value: Sealed | None, dialect: Dialect) -> bytes | None:
        """Refuses what is not sealed: a column cannot know whose it is."""
        if value is None or isinstance(value, Sealed):
            return value
        raise TypeError("what is kept about a person is sealed before it is written: see app.store.writing")

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        """What was sealed; `nothing()` where the key was destroyed."""
        if value is None:
            return None
        told = bytes(value)
        if told.startswith(SEALED):
            return self.nothing()
        return self.opened(keyring().person_key(told[:WRAPPED_BYTES]), told[WRAPPED_BYTES:])

    def nothing(self) -> Any:
        """What is read of an erased person."""
        return ""

    def sealed(self, key: PersonKey, value: Any) -> Sealed:
        """The value as a token that only this person's key opens."""
        return Sealed(key.seal(value.encode("utf-8")))

    def opened(self, key: PersonKey, token: bytes) -> Any:
        """The value of a token."""
        return key.open(token).decode("utf-8")


class PersonalJson(Personal):
    """An object about a person, sealed as a whole."""

    cache_ok = True

    def nothing(self) -> Any:
        """What is read of an erased person."""
        return {}

    def sealed(self, key: PersonKey, value: Any) -> Sealed:
        """The compact JSON as a token that only this person's key opens."""
        return super().sealed(key, _written(value))

    def opened(self, key: PersonKey, token: bytes) -> Any:
        """The value of a token."""
        return json.loads(key.open(token))


class EnvelopedJson(PersonalJson):
    """An object about a person in a ledger, under a key of its own, which stands before it under the person's.

    So one row can be opened to a regulator, and no other. A ledger's digest is over what follows that key.
    """

    cache_ok = True

    def sealed(self, key: PersonKey, value: Any) -> Sealed:
        """The compact JSON under a fresh key, and that under the person's."""
        own = Fernet.generate_key()
        return Sealed(key.seal(own) + Fernet(own).encrypt(_written(value).encode("utf-8")))

    def opened(self, key: PersonKey, token: bytes) -> Any:
        """The value of an envelope."""
        return json.loads(Fernet(envelope_key(key, token)).decrypt(token[WRAPPING:]))


def envelope_key(key: PersonKey, envelope: bytes) -> str:
    """What opens one envelope, and nothing else."""
    return key.open(envelope[:WRAPPING]).decode()


def remember(session: Session, keys: Mapping[UUID, bytes]) -> None:
    """Keeps the wrapped keys that this transaction has read or made, so that they are not asked for again."""
    _book(session).update(keys)


def keys_of(session: Session, ids: Collection[UUID]) -> dict[UUID, bytes]:
    """These customers' keys, wrapped; one question for all that are not known yet."""
    book = _book(session)
    missing = [one for one in ids if one not in book]
    if missing:
        found = session.connection().execute(KEYS, {"ids": missing})
        book.update({row.id: bytes(row.key) for row in found})
    return {one: book[one] for one in ids}


def seal_rows(
    session: Session, written: CoreTable, rows: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """The rows with all that is about a person sealed. What would be kept about an erased one is not kept."""
    personal = [name for name in _personal(written) if name in rows[0]]
    if written.name == PEOPLE and "key" in rows[0]:
        remember(session, {row["id"]: row["key"] for row in rows})
    if not personal or all(_is_sealed(row[name]) for row in rows for name in personal):
        return list(rows)
    whose = "customer_id" if "customer_id" in written.c else "id"
    keys = keys_of(session, {row[whose] for row in rows})
    done: list[Mapping[str, Any]] = []
    for row in rows:
        wrapped, told = keys[row[whose]], dict(row)
        for name in personal:
            if not _is_sealed(told[name]):
                told[name] = _sealed(written.c[name].type, wrapped, told[name])
        done.append(told)
    return done


def _sealed(kind: Any, wrapped: bytes, value: Any) -> Sealed:
    if wrapped:
        token: Sealed = kind.sealed(keyring().person_key(wrapped), value)
        return token
    if isinstance(kind, EnvelopedJson):  # a ledger's row is whole for ever
        return Sealed(SEALED + bytes(WRAPPING - len(SEALED)))
    return NOBODYS


def _is_sealed(value: Any) -> bool:
    return value is None or isinstance(value, Sealed)


@cache
def _personal(written: CoreTable) -> tuple[str, ...]:
    return tuple(one.name for one in written.columns if isinstance(one.type, Personal))


def _book(session: Session) -> dict[UUID, bytes]:
    book: dict[UUID, bytes] = session.info.setdefault("person_keys", {})
    return book


def _key_beside(value: Any) -> ColumnElement[Any]:
    """The key of the person whom the row of this column is about."""
    source = value.table
    if "customer_id" not in source.c:
        return type_coerce(source.c.key, LargeBinary)
    theirs = select(PERSON.c.key).where(PERSON.c.id == source.c.customer_id)
    return theirs.correlate(source).scalar_subquery()


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
