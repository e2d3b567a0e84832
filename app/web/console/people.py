"""Says whose texts a member of staff may read."""

from uuid import UUID

from flask_login import current_user
from sqlalchemy.orm import Session

from app.reads import judgements


def may_see(session: Session, customer_id: UUID) -> bool:
    """Support sees whom something has brought to staff; managers and administrators see everybody."""
    return current_user.role != "support" or judgements.has_been_with_staff(session, customer_id)
