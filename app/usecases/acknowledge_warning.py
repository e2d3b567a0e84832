"""Takes a warning off everybody's list, once somebody who was told of it says that they are on it."""

from datetime import datetime
from uuid import UUID

from app.store import complaint_warnings, notices
from app.usecases import audit
from app.usecases.desk import StaffMember
from app.usecases.parts import Parts

ACKNOWLEDGED = "acknowledged"


class NotTold(Exception):
    """There is no such warning, or it is not theirs to acknowledge."""


def acknowledge(parts: Parts, staff: StaffMember, warning_id: UUID, now: datetime) -> bool:
    """Nobody is told any more of this warning or of a lower level of the same clock; a higher one is another matter.

    False where a colleague was first. Raises NotTold.
    """
    with parts.store.write() as session:
        warning = complaint_warnings.of(session, warning_id)
        if warning is None or not notices.was_told(session, warning_id, staff.id):
            raise NotTold
        is_first = complaint_warnings.acknowledge(session, warning_id, staff.id, now)
        for lower in notices.lower_than(session, warning):
            complaint_warnings.acknowledge(session, lower, staff.id, now)
            notices.drop_of(session, lower, ACKNOWLEDGED)
        notices.drop_of(session, warning_id, ACKNOWLEDGED)
        if is_first:
            about = ("complaint", str(warning["complaint_id"]), now, staff.id)
            told = {"clock": warning["clock"], "percent": warning["percent"]}
            audit.note(session, staff.email, "warning.acknowledge", *about, **told)
    return is_first
