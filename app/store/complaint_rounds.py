"""How each round of a complaint went that a reopening has ended; the present round stands on the complaint itself."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.store.tables import Table, primary_key, reference


class ComplaintRound(Table):
    """A round: from the receipt, or a reopening, to the next reopening. `reason` says what ended it.

    Reopening starts the clocks of the complaint anew; what was promised before stays kept or broken.
    """

    __tablename__ = "complaint_rounds"
    __table_args__ = (UniqueConstraint("complaint_id", "round"),)

    id: Mapped[UUID] = primary_key()
    complaint_id: Mapped[UUID] = reference("complaints.id")
    round: Mapped[int]
    reason: Mapped[str] = mapped_column(String(40))
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    first_response_due_at: Mapped[datetime]
    first_response_at: Mapped[datetime | None]
    first_response_breached_at: Mapped[datetime | None]
    resolution_due_at: Mapped[datetime]
    resolution_at: Mapped[datetime | None]
    resolution_breached_at: Mapped[datetime | None]
    follow_up_due_at: Mapped[datetime | None]
    follow_up_at: Mapped[datetime | None]
    follow_up_breached_at: Mapped[datetime | None]
    follow_up_result: Mapped[str | None] = mapped_column(String(20))
