"""Labels as staff and programs see them, and the texts that a new model is tried on in shadow."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.store import labels
from app.store.inbounds import Inbound

MOST = 500


def listed(
    session: Session, state: str, brand_id: UUID | None = None, limit: int = MOST
) -> list[dict[str, Any]]:
    """Labels in this state, oldest first, as plain values."""
    return [
        {
            "id": str(row.id),
            "message_id": str(row.inbound_id),
            "text": row.text,
            "intent": row.intent,
            "guessed": row.guessed,
            "model": row.model,
            "state": row.state,
            "labelled_by": row.labelled_by,
            "labelled_at": row.labelled_at.isoformat(),
            "reviewed_by": row.reviewed_by,
            "reviewed_at": row.reviewed_at.isoformat() if row.reviewed_at else None,
        }
        for row in labels.listed(session, state, brand_id, limit)
    ]


def recent_texts(session: Session, since: datetime, limit: int) -> list[str]:
    """Texts that came in since, the newest first; none of people who have been erased."""
    chosen = select(Inbound.text).where(Inbound.received_at >= since).order_by(Inbound.received_at.desc())
    return [text for text in session.scalars(chosen.limit(limit)) if text.strip()]
