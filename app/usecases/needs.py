"""Notes the needs that show in a text as tags of the profile, and forgets those that were not heard for long."""

from datetime import datetime
from typing import Any

from app.domain.needs import LASTS, heard_at, lasts_until
from app.store import customers
from app.store import needs as need_store
from app.usecases.changes import Changes
from app.usecases.parts import Parts
from app.usecases.turn import Turn

BATCH = 200
NOT_OF = ("auto_reply", "overtaken", "too_many_replies", "wrong_number", "abuse", "abuse_again")
"""Outcomes of texts that say nothing of who wrote them; those of an opt-out begin with `opt_out`."""


def note(parts: Parts, turn: Turn, row: Any, outcome: str) -> None:
    """Tags the customer with what shows in the inbound `row`, which has been decided with this outcome.

    Sensitive ones only with the separate consent of their class: without it nothing is kept of them, not even that
    something was refused. None of who has opted out or has switched personalisation off. Source: SPEC NL-6, CP-9.
    """
    profile = turn.profile
    is_out = profile["consent"] in ("withdrawn", "held") or profile["stopped_at"] is not None
    if is_out or not profile["is_personalised"] or turn.customer.id in turn.changes.successors:
        return
    if outcome.startswith("opt_out") or outcome in NOT_OF:
        return
    found = parts.rules.needs.found(row.text)
    missing = parts.rules.sensitive.missing(found, profile["separate_consents"])
    tags = [tag for tag in found if tag not in missing]
    if not tags:
        return
    told = {"value": True, "source": f"inbound:{row.id}", "at": turn.now.isoformat()}
    attributes = {**profile["attributes"], **dict.fromkeys(tags, told)}
    turn.change_profile(
        attributes=attributes,
        tags=sorted({*profile["tags"], *tags}),
        needs_until=lasts_until(attributes),
    )
    turn.decide("inbound", row.id, "noted", "need_heard")


def forget_old(parts: Parts, now: datetime) -> int:
    """Takes the tags of needs that were not heard for 180 days off some of the profiles; returns of how many."""
    with parts.store.read() as session:
        due = need_store.over(session, now, BATCH)
    if not due:
        return 0
    changes = Changes()
    with parts.store.write() as session:
        customers.lock(session, {customer_id for customer_id, _ in due})
        profiles = customers.profiles(session, {customer_id for customer_id, _ in due})
        for key in due:
            profile = profiles[key]
            over = {tag for tag, at in heard_at(profile["attributes"]).items() if at + LASTS <= now}
            left = {name: held for name, held in profile["attributes"].items() if name not in over}
            tags = [tag for tag in profile["tags"] if tag not in over]
            changes.profiles[key] = {"attributes": left, "tags": tags, "needs_until": lasts_until(left)}
        changes.flush(session)
    return len(due)
