"""Gives up deliveries that nobody will ever read: they leave the quarantine, and the audit says who did it."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from app.store import inbounds
from app.store.channels import Channel
from app.store.inbounds import Quarantined
from app.usecases import audit
from app.usecases.parts import Parts


def discard(parts: Parts, ids: Collection[UUID], actor: str, now: datetime) -> set[UUID]:
    """Discards these deliveries with what they held; returns those that were in quarantine."""
    with parts.store.write() as session:
        waiting = (
            select(Quarantined.id, Quarantined.received_at, Quarantined.why, Channel.name)
            .join(Channel, Channel.id == Quarantined.channel_id)
            .where(Quarantined.id.in_(ids), Quarantined.replayed_at.is_(None))
            .order_by(Quarantined.received_at)
            .with_for_update(of=Quarantined)
        )
        found = session.execute(waiting).all()
        inbounds.discard(session, [row.id for row in found])
        for row in found:
            came = row.received_at.isoformat()
            told = {"channel": row.name, "received_at": came, "why": row.why}
            audit.note(session, actor, "quarantine.discard", "delivery", str(row.id), now, **told)
    return {row.id for row in found}
