"""Holds marketing while nobody knows whether a text was an opt-out, and ends that once a person has found out.

Why: docs/decisions/0015-in-doubt-marketing-is-held.md.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.store import consents, customers
from app.usecases import opting
from app.usecases.changes import Changes, Decided
from app.usecases.directory import Directory
from app.usecases.turn import Turn

UNREAD = "unread"
"""Where a hold comes from that stands because nobody has understood the text."""


def hold(session: Session, turn: Turn, source: str, inbound_id: UUID) -> None:
    """Holds the marketing of every brand whom the text may be about, until somebody has found out what is wanted."""
    brands = opting.brands_on(session, turn)
    _hold(session, turn.changes, turn.customer.id, brands, source, turn.now, inbound_id)
    turn.profile.update(turn.changes.profiles.get(turn.key, {}))


def hold_unread(
    session: Session, directory: Directory, changes: Changes, unread: Iterable[Any], now: datetime
) -> None:
    """The same for texts that are going to be closed though nobody has understood them; their customers are locked."""
    for row in unread:
        sender = directory.senders.get(row.sender_id)
        brands = {row.brand_id}
        if sender is not None:
            channel = directory.channels[sender.channel_id]
            brands |= {*opting.brands_using(session, channel, sender, row.customer_id, now)}
        _hold(session, changes, row.customer_id, brands, UNREAD, now, row.id)


def hold_all(session: Session, changes: Changes, customer_id: UUID, now: datetime) -> None:
    """The same for every brand that knows the customer: nobody can tell which of them an unread text was for."""
    brands = [brand_id for _, brand_id in customers.consents(session, [customer_id])]
    _hold(session, changes, customer_id, brands, UNREAD, now, None)


def _hold(
    session: Session,
    changes: Changes,
    customer_id: UUID,
    brands: Collection[UUID],
    source: str,
    now: datetime,
    inbound_id: UUID | None,
) -> None:
    customers.add_profiles(session, {(customer_id, brand_id) for brand_id in brands}, now)
    stored = customers.consents(session, [customer_id])
    for brand_id in sorted(brands):
        key = (customer_id, brand_id)
        if changes.profiles.get(key, {}).get("consent", stored[key].consent) != "withdrawn":
            opting.ledger(changes, customer_id, brand_id, "held", source, now, inbound_id=inbound_id)
            changes.profiles.setdefault(key, {}).update(consent="held", consent_at=now)


def lift(session: Session, turn: Turn, inbound_id: UUID | None) -> bool:
    """Ends the doubt whether a text opted out: the customer's answer says that it did not. False where marketing is
    not held, or not for such a doubt: nothing changes then.
    """
    if turn.profile["consent"] != "held" or not opting.is_held_in_doubt(session, turn.changes, *turn.key):
        return False
    for brand_id in held_along(session, turn):
        opting.restore(session, turn, brand_id, "inbound", inbound_id=inbound_id)
        _decide(turn, brand_id, "hold_lifted", "opt_out_denied")
    return True


def settle(session: Session, turn: Turn, actor: str, *, is_opt_out: bool) -> None:
    """Ends a hold as staff have found out, with every brand that the same texts held: it was an opt-out, or none.

    Where it was none, consent that was given before counts again; where there was none, there still is none.
    """
    told = {"told_by": actor}
    for brand_id, inbound_id in held_along(session, turn).items():
        if is_opt_out:
            why: dict[str, Any] = {"inbound_id": inbound_id, "evidence": told, "reason": "staff"}
            about = (turn.changes, turn.customer.id, [brand_id], "marketing", "staff", turn.now)
            opting.withdraw(*about, trace_id=turn.trace_id, **why)
        else:
            opting.restore(session, turn, brand_id, "staff", inbound_id=inbound_id, evidence=told)
        _decide(turn, brand_id, "withdrawn" if is_opt_out else "hold_lifted", "staff")
    turn.profile.update(turn.changes.profiles[turn.key])


def _decide(turn: Turn, brand_id: UUID, verdict: str, reason: str) -> None:
    customer_id = turn.customer.id
    told = ("consent", customer_id, customer_id, brand_id, verdict, reason)
    turn.changes.decide(Decided(*told, turn.now, turn.trace_id))


def held_along(session: Session, turn: Turn) -> dict[UUID, UUID | None]:
    """The brand, and every other one that is held for no text but those that hold this one; with the latest of them."""
    customer_id, changes = turn.customer.id, turn.changes
    mine = opting.holds(session, changes, *turn.key)
    texts = {one.inbound_id for one in mine}
    found = {turn.brand.id: mine[0].inbound_id if mine else None}
    others = {brand for text in texts if text for brand in consents.stopped_by(session, customer_id, text)}
    for brand_id in sorted(others - {turn.brand.id}):
        theirs = opting.holds(session, changes, customer_id, brand_id)
        if theirs and {one.inbound_id for one in theirs} <= texts:
            found[brand_id] = theirs[0].inbound_id
    return found
