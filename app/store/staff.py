"""Staff who log in, their roles, and the keys of programs that call the API."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, String, select
from sqlalchemy import Table as CoreTable
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship
from sqlalchemy.types import Uuid

from app.store.append_only import AppendOnly, unsealed_index
from app.store.columns import PlainJson
from app.store.tables import Table, primary_key, reference

ROLES = ("support", "marketer", "manager", "admin")

staff_roles = CoreTable(
    "staff_roles",
    Table.metadata,
    Column("staff_id", Uuid(), ForeignKey("staff.id"), primary_key=True),
    Column("role_id", Uuid(), ForeignKey("roles.id"), primary_key=True),
)


class Role(Table):
    """One of the four roles."""

    __tablename__ = "roles"

    id: Mapped[UUID] = primary_key()
    name: Mapped[str] = mapped_column(String(20), unique=True)
    description: Mapped[str] = mapped_column(String(200), default="")


class Staff(Table):
    """A person who logs in; the columns are those that flask-security keeps."""

    __tablename__ = "staff"

    id: Mapped[UUID] = primary_key()
    email: Mapped[str] = mapped_column(String(200), unique=True)
    name: Mapped[str] = mapped_column(String(80), default="")
    password: Mapped[str | None] = mapped_column(String(255))
    must_change_password: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    language: Mapped[str] = mapped_column(String(2), default="zh")
    confirmed_at: Mapped[datetime | None]
    last_login_at: Mapped[datetime | None]
    current_login_at: Mapped[datetime | None]
    last_login_ip: Mapped[str | None] = mapped_column(String(64))
    current_login_ip: Mapped[str | None] = mapped_column(String(64))
    login_count: Mapped[int | None] = mapped_column(default=0)
    created_at: Mapped[datetime]
    roles: Mapped[list[Role]] = relationship(secondary=staff_roles, lazy="selectin")


class ApiKey(Table):
    """A key for programs of one brand: only its hash is kept."""

    __tablename__ = "api_keys"

    id: Mapped[UUID] = primary_key()
    brand_id: Mapped[UUID] = reference("brands.id")
    name: Mapped[str] = mapped_column(String(60))
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class LogInAttempt(Table):
    """A password that was given and is not known to be right; the row goes when it was."""

    __tablename__ = "log_in_attempts"
    __table_args__ = (Index(None, "staff_id", "at"),)

    id: Mapped[UUID] = primary_key()
    staff_id: Mapped[UUID] = reference("staff.id")
    at: Mapped[datetime]


class AuditEntry(AppendOnly, Table):
    """Who changed what in the console, by command or by API; append-only."""

    __tablename__ = "audit"
    __table_args__ = (unsealed_index("audit"),)

    id: Mapped[UUID] = primary_key()
    at: Mapped[datetime] = mapped_column(index=True)
    staff_id: Mapped[UUID | None]
    actor: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str | None] = mapped_column(String(64))
    details: Mapped[dict[str, Any]] = mapped_column(PlainJson, default=dict)


def by_email(session: Session, email: str) -> Staff | None:
    """The member of staff with this address."""
    return session.scalars(select(Staff).where(Staff.email == email.strip().lower())).one_or_none()
