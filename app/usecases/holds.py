"""Holds marketing while nobody knows whether a text was an opt-out, and ends that once a person has found out.

Why: docs/decisions/0015-in-doubt-marketing-is-held.md.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.store import consents, customers
from app.usecases import opting
from app.usecases.changes import OPT_OUT_QUESTION, Changes, Decided
from app.usecases.directory import Directory
from app.usecases.turn import Turn

UNREAD = "unread"
"""Where a hold comes from that stands because nobody has understood the text."""


def hold(session: Session, turn: Turn, source: str, inbound_id: UUID) -> None:
    """Holds the marketing of every brand whom the text may be about, until somebody has found out what is wanted."""
    brands = opting.brands_on(session, turn)
    _hold(session, turn.changes, [(inbound_id, turn.customer.id, brands)], source, turn.now)
    turn.profile.update(turn.changes.profiles.get(turn.key, {}))


def hold_unread(
    session: Session, directory: Directory, changes: Changes, unread: Sequence[Any], now: datetime
) -> None:
    """The same for texts that are going to be closed though nobody has understood them; their customers are locked."""
    shared = opting.brands_using_each(
        session, directory, {(row.customer_id, row.sender_id) for row in unread}, now
    )
    texts = [
        (row.id, row.customer_id, {row.brand_id, *shared.get((row.customer_id, row.sender_id), ())})
        for row in unread
    ]
    _hold(session, changes, texts, UNREAD, now)


def hold_all(session: Session, changes: Changes, customer_id: UUID, now: datetime) -> None:
    """The same for every brand that knows the customer: nobody can tell which of them an unread text was for."""
    brands = [brand_id for _, brand_id in customers.consents(session, [customer_id])]
    _hold(session, changes, [(None, customer_id, brands)], UNREAD, now)


def _hold(
    session: Session,
    changes: Changes,
    texts: Collection[tuple[UUID | None, UUID, Collection[UUID]]],
    source: str,
    now: datetime,
) -> None:
    """Holds for each text, its customer and the brands that it may be about; however many, they are read at once."""
    pairs = {(customer_id, brand_id) for _, customer_id, brands in texts for brand_id in brands}
    if not pairs:
        return
    stored = customers.consents(session, {customer_id for customer_id, _ in pairs})
    if new := pairs - stored.keys():
        customers.add_profiles(session, new, now)
    for inbound_id, customer_id, brands in texts:
        for brand_id in sorted(brands):
            key = (customer_id, brand_id)
            known = stored[key].consent if key in stored else "none"
            if changes.profiles.get(key, {}).get("consent", known) != "withdrawn":
                opting.ledger(changes, *key, "held", source, now, inbound_id=inbound_id)
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
    said = {name: at for name, at in turn.profile["said"].items() if name != OPT_OUT_QUESTION}
    turn.change_profile(said=said)  # a later doubt is another one, and asked about at once
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
