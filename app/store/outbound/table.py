"""The outbox: every message that was to be sent, whatever became of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from app.store.columns import PlainJson
from app.store.personal import ERASED, Personal
from app.store.tables import Table, primary_key, reference

QUEUED = "queued"
CLAIMED = "claimed"
HANDING = "handing"
ACCEPTED = "accepted"
SENT = "sent"
DELIVERED = "delivered"
READ = "read"
UNDELIVERED = "undelivered"
UNKNOWN = "unknown"
REFUSED = "refused"
FAILED = "failed"
CANCELLED = "cancelled"

IS_FOR_STAFF = text("outbounds.is_for_staff")
IS_MARKETING_DELIVERED = text("outbounds.purpose = 'marketing' AND outbounds.status IN ('delivered', 'read')")
"""Written out where it is asked for: a partial index serves only a query that states its very condition."""

PRIORITY = {
    "opt_out_confirmation": 0,
    "opt_in_confirmation": 0,
    "reply": 1,
    "staff_alert": 2,
    "service": 3,
    "marketing": 9,
}


class Outbound(Table):
    """A message to a customer and its way: queued, claimed, handing, then what the provider said."""

    __tablename__ = "outbounds"
    __table_args__ = (
        Index(
            "ix_outbounds_queue",
            "channel_id",
            "priority",
            "due_at",
            "id",
            postgresql_where=text("status = 'queued'"),
            sqlite_where=text("status = 'queued'"),
        ),
        Index(
            "ix_outbounds_open",
            "status",
            "leased_until",
            postgresql_where=text("status IN ('claimed', 'handing', 'unknown')"),
            sqlite_where=text("status IN ('claimed', 'handing', 'unknown')"),
        ),
        Index(
            "ix_outbounds_waiting_for",
            "customer_id",
            postgresql_where=text("status IN ('queued', 'claimed', 'handing')"),
            sqlite_where=text("status IN ('queued', 'claimed', 'handing')"),
        ),
        Index(
            "ix_outbounds_for_staff",
            "created_at",
            postgresql_where=text("is_for_staff"),
            sqlite_where=text("is_for_staff"),
        ),
        Index(
            "ix_outbounds_marketing_delivered",
            "brand_id",
            "handed_at",
            postgresql_where=text("purpose = 'marketing' AND status IN ('delivered', 'read')"),
            sqlite_where=text("purpose = 'marketing' AND status IN ('delivered', 'read')"),
        ),
        Index("ix_outbounds_provider_id", "channel_id", "provider_id"),
        Index(
            "ix_outbounds_answers",
            "inbound_id",
            postgresql_where=text("inbound_id IS NOT NULL"),
            sqlite_where=text("inbound_id IS NOT NULL"),
        ),
        Index(None, "customer_id", "created_at"),
        Index(None, "customer_id", "sender_id", "handed_at"),
    )

    id: Mapped[UUID] = primary_key()
    brand_id: Mapped[UUID] = reference("brands.id")
    channel_id: Mapped[UUID] = reference("channels.id")
    sender_id: Mapped[UUID] = reference("senders.id")
    customer_id: Mapped[UUID] = reference("customers.id")
    inbound_id: Mapped[UUID | None] = mapped_column(Uuid(), ForeignKey("inbounds.id"))
    run_id: Mapped[UUID | None]
    step: Mapped[str | None] = mapped_column(String(60))
    complaint_id: Mapped[UUID | None]
    staff_id: Mapped[UUID | None]
    event_id: Mapped[UUID | None]
    cause: Mapped[str] = mapped_column(String(20))
    cause_type: Mapped[str | None] = mapped_column(String(60))
    cause_at: Mapped[datetime]
    purpose: Mapped[str] = mapped_column(String(24))
    priority: Mapped[int]
    body: Mapped[str] = mapped_column(Personal)
    text: Mapped[str] = mapped_column(Personal)
    parts: Mapped[int]
    encoding: Mapped[str] = mapped_column(String(10))
    offered: Mapped[str | None] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(2))
    asks_question: Mapped[bool] = mapped_column(default=False)
    answers_run: Mapped[bool] = mapped_column(default=False)
    is_follow_up: Mapped[bool] = mapped_column(default=False)
    awaits_answer: Mapped[bool] = mapped_column(default=False)
    """Whether a complaint waits for the customer from its leaving on."""
    offers: Mapped[list[Any]] = mapped_column(PlainJson, default=list)
    uses: Mapped[list[Any]] = mapped_column(PlainJson, default=list, info={ERASED: []})
    """What about the person the text was worded with."""
    status: Mapped[str] = mapped_column(String(12), default=QUEUED)
    reason: Mapped[str | None] = mapped_column(String(60))
    reasons: Mapped[list[Any]] = mapped_column(PlainJson, default=list)
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    handed_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    provider_id: Mapped[str | None] = mapped_column(String(80))
    code: Mapped[str | None] = mapped_column(String(60))
    is_for_staff: Mapped[bool] = mapped_column(default=False)
    trace_id: Mapped[str] = mapped_column(String(32), default="")
    created_at: Mapped[datetime]
