"""Says where somebody who waits stands in the desk's queue, and from when on they count as late."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.domain.sentiment import Level

SOURCE = "SPEC CO-4, NL-6"
HIGHEST_SEVERITY, NORMAL_SEVERITY = 1, 2
HEAD_START = timedelta(minutes=30)
"""By how much sooner an unhappy customer stands among those whose matters are of the same severity."""
URGENT = timedelta(days=36_525)
"""So much earlier stands what is urgent: before all that is not."""
NO_CLOCK = URGENT / 2
"""So much later stands whom no clock runs for: after all of the same urgency for whom one does."""
WAITING = ("open", "waiting")
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """`queue_at` sorts those who wait, the least first, and is no time that anything happens at; late is who is asked
    about after `late_at`. None and None: they do not stand there."""

    queue_at: datetime | None = None
    late_at: datetime | None = None

    def columns(self) -> dict[str, datetime | None]:
        """As rows keep it."""
        return {"queue_at": self.queue_at, "late_at": self.late_at}


def complaint_standing(complaint: Row) -> Standing:
    """Of a complaint's row."""
    if complaint["status"] not in WAITING:
        return Standing()
    is_unanswered = complaint["first_response_at"] is None
    answer_due_at = complaint["first_response_due_at"] if is_unanswered else None
    late = (
        answer_due_at,
        complaint["resolution_due_at"],
        complaint["first_response_breached_at"],
        complaint["resolution_breached_at"],
    )
    due_at = answer_due_at or complaint["resolution_due_at"]
    return Standing(_queue_at(complaint, due_at), min((at for at in late if at is not None), default=None))


def hand_over_standing(conversation: Row, *, has_open_complaint: bool) -> Standing:
    """Of a hand-over's row; whoever has an open complaint stands there once, with that."""
    if conversation["status"] != "open" or has_open_complaint:
        return Standing()
    due_at = conversation["answer_due_at"] if conversation["answered_at"] is None else None
    return Standing(_queue_at(conversation, due_at), due_at)


def _queue_at(row: Row, due_at: datetime | None) -> datetime:
    at = row["opened_at"] + NO_CLOCK
    if due_at is not None:
        at = due_at if row["tone"] == Level.CALM else due_at - HEAD_START
    urgent: datetime = at - URGENT
    return urgent if row["severity"] == HIGHEST_SEVERITY else at
