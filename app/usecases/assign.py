"""Gives those who wait to a member of staff, many at a time."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.store import mentions
from app.usecases import audit, complaints, hand_offs
from app.usecases.desk_turn import DeskRefusal, StaffMember, at_the_desk
from app.usecases.parts import Parts


def assign(
    parts: Parts, staff: StaffMember, lines: Sequence[tuple[UUID, UUID]], to: UUID, now: datetime
) -> int:
    """Gives each (customer, brand) that waits to the member of staff; returns of how many that was possible.

    Each is a transaction of its own, so that one who was settled meanwhile costs nobody else. The bot is silent once
    they take the conversation, not before: until then it answers what it can.
    """
    with parts.store.read() as session:
        if to not in {one.id for one in mentions.colleagues(session)}:
            return 0
    return sum(_assign(parts, staff, *line, to, now) for line in dict.fromkeys(lines))


def _assign(
    parts: Parts, staff: StaffMember, customer_id: UUID, brand_id: UUID, to: UUID, now: datetime
) -> bool:
    try:
        with at_the_desk(parts, customer_id, brand_id, now) as (session, turn):
            complaint, held = turn.open_complaint, turn.conversation
            if complaint is None and held is None:
                return False
            if complaint is not None and complaint["assignee_id"] != to:
                complaints.assigned(turn, complaint, to)
            if held is not None and held["staff_id"] != to:
                hand_offs.change(turn, staff_id=to, staff_until=None)
            told = {"to": str(to)}
            audit.note(
                session, staff.email, "desk.assign", "customer", str(customer_id), now, staff.id, **told
            )
            return True
    except DeskRefusal:
        return False
