"""Takes a message that needed a person off the staff's list, once staff have seen to it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import case, select, update

from app.store.outbound.table import FAILED, UNKNOWN, Outbound
from app.usecases import audit
from app.usecases.desk import StaffMember
from app.usecases.parts import Parts


def seen(parts: Parts, staff: StaffMember, outbound_id: UUID, now: datetime) -> bool:
    """Notes that staff have seen to the message; False where it is not on the list (any more).

    One whose outcome nobody knows counts as failed from then on, until a late receipt knows better.
    """
    is_unknown = Outbound.status == UNKNOWN
    with parts.store.write() as session:
        listed = (Outbound.id == outbound_id, Outbound.is_for_staff.is_(True))
        if session.scalars(select(Outbound.id).where(*listed).with_for_update()).first() is None:
            return False
        session.execute(
            update(Outbound)
            .where(*listed)
            .values(
                is_for_staff=False,
                reason=case((is_unknown, "outcome_unknown"), else_=Outbound.reason),
                settled_at=case((is_unknown, now), else_=Outbound.settled_at),
                status=case((is_unknown, FAILED), else_=Outbound.status),
            )
            .execution_options(synchronize_session=False)
        )
        audit.note(session, staff.email, "outbound.seen", "outbound", str(outbound_id), now, staff.id)
        return True
