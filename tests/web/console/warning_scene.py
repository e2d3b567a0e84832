"""Warnings for a console's tests: the staff who are told of a complaint, as if its time had passed."""

from datetime import timedelta

from sqlalchemy import select

from app.domain.escalation import Channel
from app.store import notices
from app.store.complaint_warnings import ComplaintWarning
from app.store.notices import Notice
from app.store.staff import Staff
from app.store.tables import new_id
from app.usecases.warn_staff import warn
from tests.web.console.desk_scene import Desk

HOUR = timedelta(hours=1)


def time_passes(desk: Desk, hours: float) -> None:
    """The clock moves on, and records what there is to warn of."""
    desk.clock.pass_by(hours * HOUR)
    warn(desk.parts, desk.clock())


def tells_everybody(desk: Desk) -> None:
    """Of every warning so far, on the console: as if each rung were everybody's."""
    now = desk.clock()
    with desk.parts.store.write() as session:
        told = {(row.warning_id, row.staff_id) for row in session.execute(select(Notice.__table__))}
        everybody = list(session.scalars(select(Staff.id)))
        rows = [
            {
                "id": new_id(),
                "warning_id": warning_id,
                "staff_id": staff_id,
                "channel": Channel.CONSOLE.value,
                "state": notices.SENT,
                "due_at": now,
                "sent_at": now,
                "created_at": now,
            }
            for warning_id in session.scalars(select(ComplaintWarning.id))
            for staff_id in everybody
            if (warning_id, staff_id) not in told
        ]
        notices.add(session, rows)
