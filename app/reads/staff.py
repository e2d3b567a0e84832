"""Staff, API keys and the audit, as administrators see them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.store.brands import Brand
from app.store.staff import ApiKey, AuditEntry, Staff
from app.store.staff_sessions import StaffSession, holds

A_PAGE = 100


@dataclass(frozen=True, slots=True)
class Colleague:
    """One account."""

    id: UUID
    email: str
    name: str
    role: str
    is_active: bool
    has_one_time_password: bool
    last_seen_at: datetime | None
    sessions: int
    """How many they are logged in with."""
    has_second_factor: bool


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One key of the API; the key itself is kept nowhere."""

    id: UUID
    name: str
    brand: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One thing that somebody did."""

    id: UUID
    at: datetime
    actor: str
    action: str
    subject: str
    subject_id: str | None
    details: dict[str, Any]


def everyone(session: Session, now: datetime) -> list[Colleague]:
    """All accounts, those in use first."""
    held = (StaffSession.staff_id == Staff.id, holds(now))
    sessions = select(func.count(StaffSession.id)).where(*held).scalar_subquery()
    return [
        Colleague(
            person.id,
            person.email,
            person.name,
            person.roles[0].name if person.roles else "",
            person.active,
            person.must_change_password,
            person.current_login_at,
            count,
            person.totp_since is not None,
        )
        for person, count in session.execute(
            select(Staff, sessions).order_by(Staff.active.desc(), Staff.email)
        )
    ]


def api_keys(session: Session) -> list[KeyLine]:
    """All keys, the latest first."""
    query = select(ApiKey, Brand.name).join(Brand, Brand.id == ApiKey.brand_id).order_by(ApiKey.id.desc())
    return [
        KeyLine(key.id, key.name, brand, key.created_at, key.last_used_at, key.revoked_at)
        for key, brand in session.execute(query)
    ]


def trail(session: Session, before: UUID | None, action: str | None) -> list[AuditLine]:
    """A page of the audit, the latest first; `before` continues after the page that ended there."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(A_PAGE)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    if action is not None:
        query = query.where(AuditEntry.action == action)
    return [
        AuditLine(row.id, row.at, row.actor, row.action, row.subject, row.subject_id, row.details)
        for row in session.scalars(query)
    ]
