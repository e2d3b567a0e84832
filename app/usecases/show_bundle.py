"""Notes that a bundle about somebody is made, and seals the ledgers, so that it and all that it holds is covered."""

from datetime import datetime
from typing import Any

from app.store import customers
from app.usecases import audit, seal_ledgers
from app.usecases.parts import Parts


def begin(
    parts: Parts, actor: str, e164: str, since: datetime | None, until: datetime, now: datetime
) -> bool:
    """Notes who asked for which time of whom, before anything is shown; False if nobody has this phone."""
    with parts.store.write() as session:
        customer = customers.by_phone(session, e164)
        if customer is None:
            return False
        asked: dict[str, Any] = {
            "from": since.isoformat() if since is not None else None,
            "to": until.isoformat(),
        }
        audit.note(session, actor, "audit.bundle", "customer", str(customer.id), now, **asked)
    seal_ledgers.seal_all(parts, now)
    return True
