"""Makes staff accounts: the four roles, the first admin, and those an admin adds."""

from datetime import datetime

from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.store.staff import ROLES, Role, Staff, by_email
from app.store.tables import new_id
from app.usecases import audit
from app.usecases.parts import Parts

HASHER = PasswordHasher()


class AccountExists(Exception):
    """There is an account with this address already."""


def ensure_roles(session: Session) -> dict[str, Role]:
    """The four roles, made where they are missing."""
    held = {role.name: role for role in session.scalars(select(Role))}
    for name in ROLES:
        if name not in held:
            held[name] = Role(id=new_id(), name=name, description="")
            session.add(held[name])
    return held


def ensure_first_admin(parts: Parts, email: str, password: str, now: datetime) -> bool:
    """Makes an admin where there is no staff at all; says whether it did. The password must be changed at log-in."""
    with parts.store.write() as session:
        roles = ensure_roles(session)
        if session.scalars(select(Staff.id).limit(1)).first() is not None:
            return False
        _add(session, email, password, roles["admin"], now, "installation")
        return True


def add_staff(parts: Parts, email: str, role: str, password: str, now: datetime, actor: str) -> None:
    """Adds a member of staff with a first password to be changed; raises AccountExists."""
    with parts.store.write() as session:
        roles = ensure_roles(session)
        if by_email(session, email) is not None:
            raise AccountExists(email)
        _add(session, email, password, roles[role], now, actor)


def _add(session: Session, email: str, password: str, role: Role, now: datetime, actor: str) -> None:
    person = Staff(
        id=new_id(),
        email=email.strip().lower(),
        name=email.split("@")[0],
        password=HASHER.hash(password),
        must_change_password=True,
        active=True,
        confirmed_at=now,
        created_at=now,
        roles=[role],
    )
    session.add(person)
    session.flush()
    audit.note(session, actor, "staff.add", "staff", str(person.id), now, role=role.name)
