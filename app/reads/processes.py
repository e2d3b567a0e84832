"""Signs of life and backlogs, as operators watch them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.store import heartbeats
from app.store.complaints import OPEN, WAITING, Complaint
from app.store.conversations import Conversation
from app.store.heartbeats import WEB_ADDRESS, Heartbeat
from app.store.inbounds import UNREAD, Inbound, Quarantined
from app.store.outbound.table import QUEUED, UNKNOWN, Outbound


def last_signs(session: Session) -> dict[str, datetime]:
    """When each kind of process (`worker`, `clock`) last gave a sign of life."""
    signs: dict[str, datetime] = {}
    for name, at in session.execute(
        select(Heartbeat.name, Heartbeat.at).where(Heartbeat.name != WEB_ADDRESS)
    ):
        kind = name.split(":")[0]
        signs[kind] = max(at, signs.get(kind, at))
    return signs


def web_address(session: Session) -> str | None:
    """The public address with which the web of this installation was started last; None before its first start."""
    said = heartbeats.latest(session, WEB_ADDRESS)
    return None if said is None else str(said["public_url"])


def backlogs(session: Session, now: datetime) -> dict[str, int]:
    """How much waits, by name."""

    def count(table: type[Any], *conditions: ColumnElement[bool]) -> int:
        return session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0

    is_open = Complaint.status.in_((OPEN, WAITING))
    return {
        "inbounds_unread": count(Inbound, Inbound.status.in_(UNREAD)),
        "outbounds_queued": count(Outbound, Outbound.status == QUEUED, Outbound.due_at <= now),
        "outbounds_unknown": count(Outbound, Outbound.status == UNKNOWN),
        "deliveries_in_quarantine": count(Quarantined, Quarantined.replayed_at.is_(None)),
        "conversations_open": count(Conversation, Conversation.status == "open"),
        "complaints_open": count(Complaint, is_open),
        "complaints_late": count(
            Complaint,
            is_open,
            (Complaint.first_response_at.is_(None) & (Complaint.first_response_due_at < now))
            | (Complaint.resolution_due_at < now),
        ),
    }
