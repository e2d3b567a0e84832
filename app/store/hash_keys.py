"""The hash keys of this database: which were deployed, by which people are found, and the past ones.

A past key stays, encrypted: numbers that were erased cannot be hashed anew, and the digests of ledgers' rows never are.
"""

from sqlalchemy import String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.store.columns import Encrypted
from app.store.encryption import Keyring, keyring
from app.store.key_fingerprints import KeyProblem, fingerprint
from app.store.tables import Table

ONE_AT_A_TIME = select(func.pg_advisory_xact_lock(0x6875697869))


class HashKey(Table):
    """One key that some process could hash with. `key` is there once nobody who lives is found by it any more."""

    __tablename__ = "hash_keys"

    fingerprint: Mapped[str] = mapped_column(String(16), primary_key=True)
    is_in_use: Mapped[bool]
    """It was the first of the setting, and people may be found by it."""
    key: Mapped[str | None] = mapped_column(Encrypted)


def past(session: Session) -> tuple[str, ...]:
    """The keys that stay needed for what nobody can hash anew."""
    mine = select(HashKey.key).where(HashKey.key.is_not(None)).order_by(HashKey.fingerprint)
    return tuple(key for key in session.scalars(mine) if key is not None)


def in_use(session: Session) -> set[str]:
    """The fingerprints of the keys by which people may be found."""
    return set(session.scalars(select(HashKey.fingerprint).where(HashKey.is_in_use)))


def examine(session: Session, ring: Keyring) -> None:
    """Raises KeyProblem where people would not be found, or made with a key that others lack; notes what is deployed.

    A key changes in three steps, as one for encryption does: deployed behind the old one, then in front, then
    `huixin keys rehash`.
    """
    known = {row.fingerprint: row for row in session.scalars(select(HashKey))}
    mine = [fingerprint(key) for key in (ring.hash_key, *ring.older_hash_keys)]
    if any(row.is_in_use for name, row in known.items() if name not in mine):
        raise KeyProblem(
            "HUIXIN_HASH_KEY lacks a key by which people are found: put it back behind the newest until "
            "`huixin keys rehash` has ended"
        )
    newest = known.get(mine[0])
    if known and newest is None:
        raise KeyProblem(
            "the first of HUIXIN_HASH_KEY was never deployed behind the old one: "
            "put it last, restart every process, and only then put it first"
        )
    if newest is not None and newest.key is not None:
        raise KeyProblem(
            "the first of HUIXIN_HASH_KEY is a past one: put the newest first, and take this one away"
        )
    for name in mine:
        if name not in known:
            session.add(HashKey(fingerprint=name, is_in_use=name == mine[0]))
    if newest is not None:
        newest.is_in_use = True


def make_alone(session: Session) -> bool:
    """Whether hash keys change; then nobody else makes people known until the end of this transaction.

    Two processes may hash with two keys, and no index would tell that they make the same person.
    """
    is_changing = bool(keyring().older_hash_keys)
    if is_changing and session.get_bind().dialect.name == "postgresql":  # on SQLite there is one writer
        session.execute(ONE_AT_A_TIME)
    return is_changing


def retire(session: Session, ring: Keyring) -> None:
    """Keeps the older keys that were in use as past ones: nobody who lives is found by them any more."""
    for key in ring.older_hash_keys:
        row = session.get(HashKey, fingerprint(key))
        if row is not None and row.is_in_use:
            row.is_in_use, row.key = False, key
