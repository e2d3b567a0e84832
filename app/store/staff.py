"""Staff who log in, their roles, and the keys of programs that call the API."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ForeignKey, LargeBinary, String, select
from sqlalchemy import Table as CoreTable
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship
from sqlalchemy.types import Uuid

from app.store.append_only import AppendOnly, unsealed_index
from app.store.columns import Encrypted, PlainJson
from app.store.tables import Rows, Table, primary_key, reference

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
    needs_second_factor: Mapped[bool] = mapped_column(default=False)


class Staff(Table):
    """A person who logs in; the columns are those that flask-security keeps, and the key of their second factor.

    The key holds since `totp_since`; before that it was offered and not confirmed. `totp_step` is the step of time
    whose code was used last.
    """

    __tablename__ = "staff"

    id: Mapped[UUID] = primary_key()
    email: Mapped[str] = mapped_column(String(200), unique=True)
    name: Mapped[str] = mapped_column(String(80), default="")
    password: Mapped[str | None] = mapped_column(String(255))
    must_change_password: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str] = mapped_column(String(2), default="zh")
    confirmed_at: Mapped[datetime | None]
    last_login_at: Mapped[datetime | None]
    current_login_at: Mapped[datetime | None]
    last_login_ip: Mapped[str | None] = mapped_column(String(64))
    current_login_ip: Mapped[str | None] = mapped_column(String(64))
    login_count: Mapped[int | None] = mapped_column(default=0)
    totp_key: Mapped[str | None] = mapped_column(Encrypted)
    totp_since: Mapped[datetime | None]
    totp_step: Mapped[int | None]
    phone: Mapped[str | None] = mapped_column(Encrypted)
    """Where texts to them go, E.164."""
    notice_channels: Mapped[list[str]] = mapped_column(PlainJson, default=lambda: ["email"])
    """How they want to be warned, beside the console: `email`, `sms`."""
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


TO_BE_TOLD = (
    select(
        Staff.id, Role.name.label("role"), Staff.notice_channels, Staff.phone.is_not(None).label("has_phone")
    )
    .join(staff_roles, staff_roles.c.staff_id == Staff.id)
    .join(Role, Role.id == staff_roles.c.role_id)
    .where(Staff.active)
    .order_by(Staff.id)
)


def to_be_told(session: Session) -> Rows:
    """Everybody who can log in: (id, role, notice_channels, has_phone)."""
    return session.connection().execute(TO_BE_TOLD).all()
