"""Records that a customer stops, starts or has to be asked, in the ledger, the profile and the queue at once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.store import consents, customers, owners
from app.store.outbound.table import Outbound
from app.store.tables import Rows, new_id
from app.usecases.changes import Changes, Decided, Withdrawal
from app.usecases.directory import ChannelView, Directory, SenderView
from app.usecases.turn import Turn

STOPPED = ("withdrawn", "stopped_all")
UNDONE = (*STOPPED, "held")
"""What the word that opts in takes back."""
SHARED_FOR = timedelta(days=365)
"""A number shared by brands speaks for every brand that used it to this person in this time. Source: SPEC IN-5."""


def ledger(
    changes: Changes,
    customer_id: UUID,
    brand_id: UUID,
    kind: str,
    source: str,
    now: datetime,
    *,
    wording: str | None = None,
    inbound_id: UUID | None = None,
    evidence: dict[str, Any] | None = None,
    partner_id: UUID | None = None,
) -> None:
    """Adds one line to the consent ledger; `ConsentEvent` names the kinds. The wording is part of the evidence."""
    changes.consent_events.append(
        {
            "id": new_id(),
            "customer_id": customer_id,
            "brand_id": brand_id,
            "kind": kind,
            "source": source,
            "evidence": {**({"wording": wording} if wording else {}), **(evidence or {})},
            "inbound_id": inbound_id,
            "partner_id": partner_id,
            "at": now,
        }
    )


def withdraw(
    changes: Changes,
    customer_id: UUID,
    brands: Sequence[UUID],
    scope: str,
    source: str,
    now: datetime,
    *,
    inbound_id: UUID | None = None,
    evidence: dict[str, Any] | None = None,
    reason: str,
    trace_id: str,
) -> None:
    """Stops marketing (scope `marketing`) or everything (scope `all`) of these brands, queued messages included.

    The customer's row must be locked by this transaction: that makes the stop exact.
    """
    kind = "stopped_all" if scope == "all" else "withdrawn"
    for brand_id in brands:
        ledger(changes, customer_id, brand_id, kind, source, now, inbound_id=inbound_id, evidence=evidence)
        values: dict[str, Any] = {"consent": "withdrawn", "consent_at": now}
        if scope == "all":
            values["stopped_at"] = now
        changes.profiles.setdefault((customer_id, brand_id), {}).update(values)
        changes.withdrawals.append(Withdrawal(customer_id, brand_id, scope == "all", reason, now, trace_id))


def concerned_by_provider(session: Session, told: Collection[UUID]) -> set[UUID]:
    """Whose rows have to be locked before `withdraw_by_provider`: these people, and who has their numbers now."""
    return {*told, *owners.present(session, told).values()}


def withdraw_by_provider(session: Session, changes: Changes, told: Sequence[Any], now: datetime) -> None:
    """Stops the marketing of those messages' brands to the numbers that the provider knows to have opted out.

    Whoever has the number now has opted out, even where the message went to an owner of before, or to somebody erased
    since: the provider knows numbers. Where that is on record the provider only repeats it: one more line would hide
    whose word the opt-out was.
    """
    if not told:
        return
    present = owners.present(session, {row.customer_id for row in told})
    customers.lock(
        session, present.values()
    )  # no news, but for one who came after `concerned_by_provider` looked
    heirs = {(present[row.customer_id], row.brand_id): row for row in told if row.customer_id in present}
    customers.add_profiles(session, heirs, now)
    pairs = {**{(row.customer_id, row.brand_id): row for row in told}, **heirs}
    states = customers.consents(session, {one for one, _ in pairs})
    for (one, brand_id), row in pairs.items():
        held = states.get((one, brand_id))
        if held is None or held.consent != "withdrawn":
            about = {"reason": "provider_opt_out", "trace_id": row.trace_id}
            withdraw(changes, one, [brand_id], "marketing", "provider", now, **about)


def brands_on(session: Session, turn: Turn) -> list[UUID]:
    """The brand, and every brand that used this number to this person within a year; all have profiles."""
    found = [turn.brand.id, *brands_using(session, turn.channel, turn.sender, turn.customer.id, turn.now)]
    if len(found) > 1:
        customers.add_profiles(session, {(turn.customer.id, brand_id) for brand_id in found}, turn.now)
    return found


def brands_using(
    session: Session, channel: ChannelView, sender: SenderView, customer_id: UUID, now: datetime
) -> list[UUID]:
    """The other brands that used this sender's number to this person within a year."""
    sharing = _sharing(channel, sender)
    return sorted({row.brand_id for row in _uses(session, {customer_id}, sharing, now)})


def brands_using_each(
    session: Session, directory: Directory, pairs: Collection[tuple[UUID, UUID]], now: datetime
) -> dict[tuple[UUID, UUID], set[UUID]]:
    """The same for many customers, each with a sender, read at once; only for numbers that brands share."""
    sharing = {}
    for sender_id in {sender_id for _, sender_id in pairs}:
        sender = directory.senders.get(sender_id)
        if sender is not None:
            sharing[sender_id] = _sharing(directory.channels[sender.channel_id], sender)
    people = {customer_id for customer_id, sender_id in pairs if sharing.get(sender_id)}
    used = _uses(session, people, {one for others in sharing.values() for one in others}, now)
    return {
        (customer_id, sender_id): {
            row.brand_id
            for row in used
            if row.customer_id == customer_id and row.sender_id in sharing[sender_id]
        }
        for customer_id, sender_id in pairs
        if sharing.get(sender_id)
    }


def _sharing(channel: ChannelView, sender: SenderView) -> set[UUID]:
    """The senders by which other brands use the same number."""
    return {s.id for s in channel.senders if s.address == sender.address and s.brand_id != sender.brand_id}


def _uses(session: Session, people: Collection[UUID], senders: Collection[UUID], now: datetime) -> Rows:
    if not people or not senders:
        return []
    used = select(Outbound.customer_id, Outbound.sender_id, Outbound.brand_id).where(
        Outbound.customer_id.in_(people),
        Outbound.sender_id.in_(senders),
        Outbound.handed_at >= now - SHARED_FOR,
    )
    return session.execute(used.distinct()).all()


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the ledger as far as opting in again looks at it."""

    id: UUID
    kind: str
    source: str
    inbound_id: UUID | None
    partner_id: UUID | None


def _entries(session: Session, changes: Changes, customer_id: UUID, brand_id: UUID) -> list[Entry]:
    """A customer's lines with a brand, the latest first, with those that this transaction is going to write."""
    stored = [
        Entry(one.id, one.kind, one.source, one.inbound_id, one.partner_id)
        for one in consents.history(session, customer_id, brand_id)
    ]
    fresh = [
        Entry(one["id"], one["kind"], one["source"], one["inbound_id"], one["partner_id"])
        for one in changes.consent_events
        if (one["customer_id"], one["brand_id"]) == (customer_id, brand_id)
    ]
    return [one for one in reversed(stored + fresh) if one.kind in consents.ABOUT_TEXTS]


def is_held_in_doubt(session: Session, changes: Changes, customer_id: UUID, brand_id: UUID) -> bool:
    """Whether marketing is held because a text may have been an opt-out; a wrong number is held for another reason,
    which ends no doubt of before."""
    return consents.is_doubted(_entries(session, changes, customer_id, brand_id))


def holds(session: Session, changes: Changes, customer_id: UUID, brand_id: UUID) -> list[Entry]:
    """The lines for which marketing is held now, the latest first."""
    return list(takewhile(lambda one: one.kind == "held", _entries(session, changes, customer_id, brand_id)))


def earlier_consents(session: Session, changes: Changes, customer_id: UUID, brand_id: UUID) -> list[Entry]:
    """The grants that an opt-out has taken away, oldest first: the last by each partner, and the brand's own.

    Empty where there was no confirmed consent before it. A number that turned out to be somebody else's has none: that
    person never agreed. Source: SPEC SE-3, CP-1.
    """
    found: dict[UUID | None, Entry] = {}
    for entry in _entries(session, changes, customer_id, brand_id):
        if entry.kind == "granted":
            found.setdefault(entry.partner_id, entry)
            continue
        is_of_it = entry.kind not in (*consents.TAKES_BACK, "ended") if found else entry.kind in UNDONE
        if not is_of_it or entry.source == "wrong_number":
            break
    return list(reversed(found.values()))


def take_back_opt_out(session: Session, turn: Turn, inbound_id: UUID, word: str) -> bool:
    """Ends an opt-out by the customer's own word: consent that was given before it holds again (True); where there
    was none, there still is none. Source: SPEC IN-3, CP-1; PROVIDERS section 11 (START re-enables what STOP disabled).

    On a number shared by brands it ends the opt-out of each brand that the same text stopped and nothing has stopped
    since: the customer cannot choose which of them reads. Why: docs/decisions/0013-start-undoes-what-stop-did.md.
    """
    told: dict[str, Any] = {"wording": word, "inbound_id": inbound_id, "lifts_stop": True}
    for brand_id in _stopped_along(session, turn):
        shared = {"shared_number_with": str(turn.brand.id)}
        restored = restore(session, turn, brand_id, "inbound", **told, evidence=shared)
        verdict = "opted_in" if restored else "opt_out_lifted"
        about = ("inbound", inbound_id, turn.customer.id, brand_id, verdict, "opt_in_shared_number")
        turn.changes.decide(Decided(*about, turn.now, turn.trace_id, {"word": word}))
    return restore(session, turn, turn.brand.id, "inbound", **told)


def _stopped_along(session: Session, turn: Turn) -> list[UUID]:
    """The other brands that the text stopped or held which did so to this one, and that nothing has changed since."""
    customer_id, changes = turn.customer.id, turn.changes
    mine = _entries(session, changes, *turn.key)
    text = mine[0].inbound_id if mine and mine[0].kind in UNDONE else None
    if text is None:
        return []
    fresh = {one["brand_id"] for one in changes.consent_events if one["inbound_id"] == text}
    others = (consents.stopped_by(session, customer_id, text) | fresh) - {turn.brand.id}
    latest = {one: _entries(session, changes, customer_id, one)[0] for one in sorted(others)}
    return [one for one, entry in latest.items() if entry.inbound_id == text and entry.kind in UNDONE]


def restore(
    session: Session,
    turn: Turn,
    brand_id: UUID,
    source: str,
    *,
    wording: str | None = None,
    inbound_id: UUID | None = None,
    evidence: Mapping[str, Any] = MappingProxyType({}),
    lifts_stop: bool = False,
) -> bool:
    """Whether consent that was given before the opt-out, or the hold, counts again; the ledger has what it restores,
    and why. What stopped all texts is lifted by the customer's own word alone."""
    customer_id, changes = turn.customer.id, turn.changes
    earlier = earlier_consents(session, changes, customer_id, brand_id)
    told: dict[str, Any] = {"wording": wording, "inbound_id": inbound_id}
    for one in earlier:  # what a partner brought still rests on the partner's agreement, and only that
        told |= {"evidence": {"restores": str(one.id), **evidence}, "partner_id": one.partner_id}
        ledger(changes, customer_id, brand_id, "granted", source, turn.now, **told)
    if not earlier:
        ledger(changes, customer_id, brand_id, "lifted", source, turn.now, **told, evidence=dict(evidence))
    values: dict[str, Any] = {"consent": "granted" if earlier else "none", "consent_at": turn.now}
    if lifts_stop:
        values["stopped_at"] = None
    changes.profiles.setdefault((customer_id, brand_id), {}).update(values)
    changes.settled_doubts.add((customer_id, brand_id))
    if brand_id == turn.brand.id:
        turn.profile.update(values)
    return bool(earlier)


def grant(
    turn: Turn,
    source: str,
    *,
    inbound_id: UUID | None = None,
    wording: str | None = None,
    is_confirmed: bool = True,
) -> None:
    """Records consent to marketing; not confirmed it only waits for the customer's yes."""
    kind, state = ("granted", "granted") if is_confirmed else ("requested", "pending")
    ledger(turn.changes, *turn.key, kind, source, turn.now, wording=wording, inbound_id=inbound_id)
    turn.change_profile(consent=state, consent_at=turn.now)
    if is_confirmed:
        turn.change_profile(stopped_at=None)
