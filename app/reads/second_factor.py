"""How an account's second factor stands, as its owner sees it."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote
from uuid import UUID

import segno
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.store import recovery_codes
from app.store.staff import Role, Staff

GROUP = 4


@dataclass(frozen=True, slots=True)
class Standing:
    """`key` is one that was offered and not confirmed yet, in groups that are easy to copy; `link` opens an app,
    and `picture` is the same link as a QR code for another device's camera: an image held in its own address."""

    since: datetime | None
    codes_left: int
    key: str | None
    link: str | None
    picture: str | None = None


def of(session: Session, staff_id: UUID) -> Standing:
    """The standing of an account that there is."""
    mine = select(Staff.email, Staff.totp_key, Staff.totp_since).where(Staff.id == staff_id)
    email, key, since = session.execute(mine).one()
    if since is not None or not key:
        return Standing(since, recovery_codes.count(session, staff_id), None, None)
    grouped = " ".join(key[at : at + GROUP] for at in range(0, len(key), GROUP))
    link = _link(email, key)
    return Standing(None, 0, grouped, link, _picture(link))


def needed_for(session: Session) -> set[str]:
    """The roles whose log-in asks for one."""
    return set(session.scalars(select(Role.name).where(Role.needs_second_factor)))


def _link(email: str, key: str) -> str:
    """Source: the Key URI Format that authenticator apps read."""
    return f"otpauth://totp/Huixin:{quote(email.replace(':', ''), safe='@')}?secret={key}&issuer=Huixin"


def _picture(link: str) -> str:
    """Black on white whatever the page's colours are: many cameras read it no other way."""
    return segno.make_qr(link, error="m").png_data_uri(scale=5, border=4, dark="#000", light="#fff")
