"""Removes messages, events and finished runs that are older than the policy keeps them."""

from datetime import datetime, timedelta

from app.jobs import Job
from app.usecases import prune_messages
from app.usecases.parts import Parts


def run(parts: Parts, now: datetime) -> dict[str, int]:
    """Prunes some of what is due; the rest is still due at the next tick."""
    return {"pruned": sum(prune_messages.prune(parts, now).values())}


JOB = Job("prune_messages", timedelta(minutes=1), run)
