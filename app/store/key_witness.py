"""What the database knows of the keys: whether a process that starts can read it, and may write with its newest key."""

from dataclasses import replace
from typing import Any

from sqlalchemy import LargeBinary, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.store import hash_keys
from app.store.columns import Encrypted, PlainJson
from app.store.encryption import InvalidToken, Keyring
from app.store.key_fingerprints import KeyProblem, fingerprint
from app.store.tables import Table

__all__ = ["KeyProblem", "examine", "fingerprint"]

ONLY = 1


class KeyWitness(Table):
    """One row: a token under the key in use, a digest under the first hash key and the signing key, fingerprints of the
    encryption keys deployed.
    """

    __tablename__ = "key_witness"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    proof: Mapped[str] = mapped_column(Encrypted)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    fingerprints: Mapped[list[Any]] = mapped_column(PlainJson)


def examine(session: Session, ring: Keyring) -> None:
    """Raises KeyProblem where this ring must not work on this database; else notes its keys as deployed.

    Rotation is three steps: deploy the new key behind the old one, then in front, then re-encrypt. A newest key that no
    process could read so far would write what the others cannot read: that start is refused.
    """
    mine = [fingerprint(key) for key in ring.encryption_keys]
    try:
        held = session.scalars(select(KeyWitness).where(KeyWitness.id == ONLY)).one_or_none()
    except InvalidToken:
        raise KeyProblem(
            "HUIXIN_ENCRYPTION_KEYS lacks the key that the data is under: add the old key behind the newest"
        ) from None
    if held is None:
        digest = ring.digest("witness", ring.public_key.hex())
        session.add(KeyWitness(id=ONLY, proof="huixin", digest=digest, fingerprints=mine))
        hash_keys.examine(session, ring)
        return
    hash_keys.examine(session, ring)
    known = replace(ring, past_hash_keys=hash_keys.past(session))
    if bytes(held.digest) not in known.all_digests("witness", ring.public_key.hex()):
        raise KeyProblem(
            "HUIXIN_HASH_KEY or HUIXIN_SIGNING_KEY is not the one of this database: set those that it was made with"
        )
    if mine[0] not in held.fingerprints:
        raise KeyProblem(
            "the first of HUIXIN_ENCRYPTION_KEYS was never deployed behind the old one: "
            "put it last, restart every process, and only then put it first"
        )
    held.fingerprints = sorted({*held.fingerprints, *mine})
