"""Makes and revokes the keys with which programs call the API: only a key's digest is kept."""

import hashlib
import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select

from app.store import brands
from app.store.staff import ApiKey
from app.store.tables import new_id
from app.usecases import audit
from app.usecases.parts import Parts

LONGEST_NAME = 60


class UnknownBrand(Exception):
    """There is no brand with this short name."""


class NameTaken(Exception):
    """A key of the brand that is in use has this name: the audit could not tell the two apart."""


def digest(key: str) -> bytes:
    """Under which a key is found; a key is random enough to need no salt."""
    return hashlib.sha256(key.encode()).digest()


def add(parts: Parts, name: str, brand_code: str, now: datetime, actor: str) -> str:
    """Makes a key for programs of one brand and returns it, the only time it is seen.

    Raises UnknownBrand, and NameTaken.
    """
    name = name.strip()[:LONGEST_NAME]
    key = f"hx_{secrets.token_urlsafe(32)}"
    with parts.store.write() as session:
        brand = brands.by_code(session, brand_code)
        if brand is None:
            raise UnknownBrand(brand_code)
        in_use = (ApiKey.brand_id == brand.id, ApiKey.name == name, ApiKey.revoked_at.is_(None))
        if session.scalar(select(exists().where(*in_use))):
            raise NameTaken(name)
        row = ApiKey(id=new_id(), brand_id=brand.id, name=name, digest=digest(key), created_at=now)
        session.add(row)
        session.flush()
        audit.note(
            session, actor, "api_key.add", "api_key", str(row.id), now, name=row.name, brand=brand.code
        )
    return key


def revoke(parts: Parts, key_id: UUID, now: datetime, actor: str) -> bool:
    """Ends a key at once; says whether it was in use."""
    with parts.store.write() as session:
        row = session.get(ApiKey, key_id)
        if row is None or row.revoked_at is not None:
            return False
        row.revoked_at = now
        audit.note(session, actor, "api_key.revoke", "api_key", str(key_id), now, name=row.name)
        return True
