"""Where every line should stand at the desk, as the rules say of the rows as they are."""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain import desk_queue
from app.store.complaints import Complaint
from app.store.conversations import Conversation

Wrong = list[tuple[str, Any, Any, Any]]


def wrong_standings(session: Session) -> Wrong:
    """Each line that stands elsewhere: table, id, what is stored, what should be."""
    complaints = [row._asdict() for row in session.execute(select(Complaint.__table__))]
    open_ones = {
        (row["customer_id"], row["brand_id"]) for row in complaints if row["status"] in desk_queue.WAITING
    }
    held = [row._asdict() for row in session.execute(select(Conversation.__table__))]
    due = [("complaints", row, desk_queue.complaint_standing(row)) for row in complaints]
    for row in held:
        has_one = (row["customer_id"], row["brand_id"]) in open_ones
        due.append(("conversations", row, desk_queue.hand_over_standing(row, has_open_complaint=has_one)))
    return [
        (name, row["id"], (row["queue_at"], row["late_at"]), (it.queue_at, it.late_at))
        for name, row, it in due
        if (row["queue_at"], row["late_at"]) != (it.queue_at, it.late_at)
    ]


def set_standings(session: Session) -> None:
    """After a test has forged rows."""
    for name, row_id, _, (queue_at, late_at) in wrong_standings(session):
        table = Complaint if name == "complaints" else Conversation
        session.execute(update(table).where(table.id == row_id).values(queue_at=queue_at, late_at=late_at))
