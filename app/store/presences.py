"""Who has a conversation open at the desk: a row for each log-in and conversation, kept fresh by the page's polling."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from app.store.tables import Table

LASTS = timedelta(seconds=15)
"""Who has not been heard of for so long has gone."""


class Presence(Table):
    """One log-in that looks at a conversation, and at `writing_at` wrote there. It ends with the log-in."""

    __tablename__ = "presences"

    session_id: Mapped[UUID] = mapped_column(
        Uuid(), ForeignKey("staff_sessions.id", ondelete="CASCADE"), primary_key=True
    )
    customer_id: Mapped[UUID] = mapped_column(
        Uuid(), ForeignKey("customers.id"), primary_key=True, index=True
    )
    brand_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("brands.id"), primary_key=True)
    seen_at: Mapped[datetime]
    writing_at: Mapped[datetime | None]
