"""Removes decisions that are older than the policy keeps them."""

from datetime import datetime, timedelta

from app.jobs import Job
from app.usecases import prune_decisions
from app.usecases.parts import Parts


def run(parts: Parts, now: datetime) -> dict[str, int]:
    """Prunes some of what is due; the rest is still due at the next tick."""
    return {"pruned": prune_decisions.prune(parts, now)}


JOB = Job("prune_decisions", timedelta(minutes=1), run)
