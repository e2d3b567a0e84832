"""Notes who changed what, in the same transaction as the change."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.store.staff import AuditEntry
from app.store.tables import new_id

ACTIONS = frozenset(
    {
        "api_key.add",
        "api_key.revoke",
        "audit.bundle",
        "brand.add",
        "brand.change",
        "channel.add",
        "channel.change",
        "complaint.note",
        "canned_reply.put",
        "canned_reply.remove",
        "complaint.classify",
        "complaint.go_on",
        "complaint.merge",
        "complaint.raise",
        "complaint.reopen",
        "complaint.resolve",
        "complaint_policy.change",
        "consent.granted",
        "consent.hold_lifted",
        "consent.withdrawn",
        "customer.erase",
        "customer.export",
        "customer.put",
        "customer.reveal",
        "conversation.raise",
        "desk.hand_back",
        "desk.reply",
        "desk.take_back",
        "desk.reassign",
        "desk.assign",
        "desk.take",
        "customers.import",
        "customers.import_ended",
        "flows.publish",
        "flows.unpublish",
        "label.accept",
        "label.put",
        "label.reject",
        "licence.add",
        "licence.end",
        "log_in",
        "log_in.failed",
        "log_in.locked",
        "log_in.password",
        "log_out",
        "marketing.resume",
        "marketing.stop",
        "numbers.check",
        "numbers.list",
        "offer.back",
        "offer.put",
        "offer.sold_out",
        "outbound.seen",
        "partner.add",
        "partner.renew",
        "password.change",
        "password.reset",
        "quarantine.discard",
        "second_factor.codes",
        "second_factor.off",
        "second_factor.on",
        "second_factor.recovery",
        "second_factor.require",
        "second_factor.reset",
        "sessions.end",
        "staff.add",
        "staff.close",
        "staff.notices",
        "staff.open",
        "warning.acknowledge",
    }
)
"""All that is ever noted; the audit's page has words for each, and lets look for it."""


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

    `actor` is a staff address, `command` or the name of an API key. Raises ValueError for an action that
    `ACTIONS` does not hold.
    """
    if action not in ACTIONS:
        raise ValueError(f"{action} is no action of the audit")
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
