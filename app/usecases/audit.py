"""Notes who changed what, in the same transaction as the change."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.store.staff import AuditEntry
from app.store.tables import new_id


def note(
    session: Session,
    actor: str,
    action: str,
    subject: str,
    subject_id: str | None,
    now: datetime,
    staff_id: UUID | None = None,
    **details: Any,
) -> UUID:
    """Adds one line to the audit, and returns its id.

    `actor` is a staff address, `command` or the name of an API key.
    """
    entry_id = new_id()
    session.add(
        AuditEntry(
            id=entry_id,
            at=now,
            staff_id=staff_id,
            actor=actor[:80],
            action=action,
            subject=subject,
            subject_id=subject_id,
            details=details,
        )
    )
    return entry_id
