"""Erases a person on request: what the law keeps stays, and nobody can read it any more. Source: SPEC CP-5."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.domain.phone import national
from app.store import complaints as complaint_store
from app.store import conversations, customers, desk_counters, erasures, forgetting, inbounds, owners, runs
from app.store.erasures import REASON
from app.store.forgetting import is_erased
from app.store.outbound import queue
from app.usecases import audit, complaints, holds
from app.usecases.changes import Changes, Decided
from app.usecases.complaint_clock import complaining_turns
from app.usecases.parts import Parts
from app.usecases.receive import reread


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure has done. `in_quarantine` are deliveries that name the phone and may hold more than this person's
    text: a person has to look through them. `earlier` owners of the number were left."""

    at: datetime
    was_before: bool = False
    """There was nothing left to erase: it was done then."""
    in_quarantine: tuple[UUID, ...] = ()
    earlier: int = 0


@dataclass(frozen=True, slots=True)
class ErasureOrder:
    """Who has ordered an erasure, when, and whether who had the number before was the same person."""

    actor: str
    at: datetime
    staff_id: UUID | None = None
    with_earlier: bool = False


@dataclass(frozen=True, slots=True)
class _Quarantined:
    """Deliveries in quarantine that name a phone: those that hold a text of that phone alone, and the others."""

    theirs: tuple[UUID, ...] = ()
    others: tuple[UUID, ...] = ()


def erase_person(parts: Parts, person: str | UUID, order: ErasureOrder) -> Erased | None:
    """Destroys the key of a person (their E.164 phone, or their id), and ends all that is under way with them; None
    for somebody who was never known. Safe to repeat.

    In one transaction, under the lock of whoever writes about them: a text that comes meanwhile finds either them or
    a new person. Their opt-outs stay, under the hash of the number. The audit notes that it was done, not to whom.
    """
    e164 = person if isinstance(person, str) else _phone(parts, person)
    waiting = _in_quarantine(parts, e164) if e164 else _Quarantined()
    with parts.store.write() as session:
        rows = _locked(session, person, order.with_earlier)
        if not rows:
            return _before(session, person)
        left = 0 if order.with_earlier else len(owners.earlier_owners(session, rows[-1].id))
        is_their_number = rows[-1].phone_hash is not None  # an earlier owner's texts are the present owner's
        lost = waiting.theirs if is_their_number else ()
        for row in rows:
            _end_all(parts, session, row.id, order.at)
            _hold(parts, session, row.id, order.at, has_lost=bool(lost) and row is rows[-1])
            erasures.add(session, row.id, row.phone_hash, order.at)
            told = ("customer.erase", "customer", str(row.id), order.at, order.staff_id)
            audit.note(session, order.actor, *told)
        inbounds.discard(session, lost)
        for row in rows:
            queue.end_unknown_of(session, [row.id], REASON, order.at)
            forgetting.forget(session, row.id, REASON, order.at)
    for row in rows:
        forgetting.drop_key(row.key)
    kept = waiting.others if is_their_number else (*waiting.theirs, *waiting.others)
    return Erased(order.at, in_quarantine=kept, earlier=left)


def _phone(parts: Parts, customer_id: UUID) -> str:
    with parts.store.read() as session:
        return customers.phones(session, [customer_id]).get(customer_id, "")


def _locked(session: Session, person: str | UUID, with_earlier: bool) -> list[Any]:
    """The rows to erase, locked, the person's last; none where nobody has the phone, or the person is erased."""
    while True:
        known = person if isinstance(person, UUID) else customers.ids_by_phone(session, [person]).get(person)
        if known is None:
            return []
        earlier = owners.earlier_owners(session, known) if with_earlier else []
        rows = {row.id: row for row in customers.lock(session, [*earlier, known])}
        mine = rows.get(known)
        if isinstance(person, UUID) and (mine is None or is_erased(mine)):
            return []
        if isinstance(person, UUID) or (mine is not None and mine.phone_hash is not None):
            return [rows[one] for one in (*earlier, known) if not is_erased(rows[one])]


def _before(session: Session, person: str | UUID) -> Erased | None:
    """Their last erasure, where there was one."""
    if isinstance(person, UUID):
        found = session.get(erasures.Erasure, person)
        return Erased(found.at, was_before=True) if found is not None else None
    erased = erasures.of_phone(session, person)
    return Erased(erased[-1].at, was_before=True) if erased else None


def _end_all(parts: Parts, session: Session, customer_id: UUID, now: datetime) -> None:
    """Cancels what waits to be sent, and closes complaints, hand-overs, runs and questions."""
    changes = Changes()
    directory = parts.directory.current(now)
    for turn in complaining_turns(session, directory, changes, {customer_id}, now, is_to_write=False):
        for row in [one for one in turn.complaints if one["status"] != complaint_store.CLOSED]:
            complaints.erased(turn, row)
    for gone in queue.cancel_of_customer(session, customer_id, REASON, now):
        told = ("outbound", gone.id, customer_id, gone.brand_id, "cancelled", REASON)
        changes.decide(Decided(*told, now, gone.trace_id))
    changes.decide(Decided("customer", customer_id, customer_id, None, "erased", REASON, now))
    changes.closed_questions.update(runs.end_all(session, customer_id, REASON, now))
    changes.flush(session)
    desk_counters.moved(session, conversations.close_all(session, customer_id, now))


def _hold(parts: Parts, session: Session, customer_id: UUID, now: datetime, *, has_lost: bool) -> None:
    """What nobody has understood, or placed, may be an opt-out: the doubt stays with the number, as one would."""
    changes = Changes()
    unread = inbounds.unread_rows(session, customer_id)
    holds.hold_unread(session, parts.directory.current(now), changes, unread, now)
    if has_lost:
        holds.hold_all(session, changes, customer_id, now)
    changes.flush(session)


def _in_quarantine(parts: Parts, e164: str) -> _Quarantined:
    """Looked through before anybody is locked: what lies there may be much, and never changes."""
    theirs, others, digits = list[UUID](), list[UUID](), national(e164)
    with parts.store.read() as session:
        for delivery_id, body in inbounds.in_quarantine(session):
            known = reread(body)
            if known is not None and known.from_phone == e164:
                theirs.append(delivery_id)
            elif digits in body:
                others.append(delivery_id)
    return _Quarantined(tuple(theirs), tuple(others))
