"""Records business events, each once, keeps what they tell of orders, and starts the flows that wait for them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.flows.stimuli import Triggered
from app.domain.purpose import Cause, CauseKind
from app.store import customers
from app.store.events import Event, Order, order_hash, order_hashes
from app.store.tables import new_id
from app.store.writing import insert_ignoring, insert_new, update_all
from app.usecases import flow_runs, separate_consents
from app.usecases.changes import Changes
from app.usecases.directory import BrandView, Directory
from app.usecases.parts import Parts
from app.usecases.run_identity import fresh_identity
from app.usecases.turn import Reader, Turn


@dataclass(frozen=True, slots=True)
class NewEvent:
    """One event as it was told; `phone` is E.164, `timezone` the customer's by its IANA name."""

    key: str
    type: str
    at: datetime
    phone: str = field(repr=False)
    attributes: dict[str, Any] = field(default_factory=dict, repr=False)
    data: dict[str, Any] = field(default_factory=dict, repr=False)
    timezone: str | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many events were new, were known already, and started a flow."""

    new: int
    duplicates: int
    started: int


def record_events(parts: Parts, brand: BrandView, told: Sequence[NewEvent], now: datetime) -> Recorded:
    """Stores a batch and starts its flows in one transaction; safe to repeat.

    A moment in the future counts as now: else it would outdo what happens to the order until then.
    """
    told = [replace(event, at=min(event.at, now)) for event in told]
    directory, changes = parts.directory.current(now), Changes()
    sender = directory.sender_for(brand.id, "service", None)
    with parts.store.write() as session:
        owners = customers.lock_owners(session, [event.phone for event in told], now)
        locked = {row.id: row for row in owners.values()}
        known = {phone: row.id for phone, row in owners.items()}
        told = _lawful(parts, session, brand.id, told, known)
        fresh = _store(session, brand.id, told, known, now)
        events = [(event_id, event) for event_id, event in fresh]
        _keep_orders(session, brand.id, [event for _, event in events], known)
        started = 0
        if sender is not None and events:
            phones = {known[event.phone]: event.phone for _, event in events}
            reader = Reader(session, directory, changes, now, phones)
            senders = _senders(session, directory, brand, {known[e.phone] for _, e in events}, now)
            book = reader.turns({(c, s) for c, s in senders.items()}, locked)
            for event_id, event in events:
                customer_id = known[event.phone]
                turn = book.turn(customer_id, senders[customer_id], event_id.hex)
                _learn(parts, turn, event)
                started += _start_flows(parts, session, turn, event_id, event)
        changes.flush(session)
    if started:
        parts.wake.ring("outbound")
    return Recorded(len(fresh), len(told) - len(fresh), started)


def _lawful(
    parts: Parts, session: Session, brand_id: UUID, told: Sequence[NewEvent], known: dict[str, UUID]
) -> Sequence[NewEvent]:
    """The events without sensitive data that their customers have not consented to. Source: SPEC CP-9."""
    table = parts.rules.sensitive
    doubtful = {known[event.phone] for event in told if table.missing(event.data, ())}
    if not doubtful:
        return told
    profiles = customers.profiles(session, doubtful)
    agreed = {
        customer_id: profile["separate_consents"]
        for (customer_id, brand), profile in profiles.items()
        if brand == brand_id
    }
    return [
        replace(event, data=table.without_missing(event.data, agreed.get(known[event.phone], ())))
        for event in told
    ]


def _store(
    session: Session, brand_id: UUID, told: Sequence[NewEvent], known: dict[str, UUID], now: datetime
) -> list[tuple[UUID, NewEvent]]:
    unique: dict[str, tuple[UUID, NewEvent]] = {}
    for event in told:
        unique.setdefault(event.key, (new_id(), event))
    rows = [
        {
            "id": event_id,
            "brand_id": brand_id,
            "customer_id": known[event.phone],
            "key": event.key,
            "type": event.type,
            "data": event.data,
            "at": event.at,
            "received_at": now,
        }
        for event_id, event in unique.values()
    ]
    fresh = insert_new(session, Event, rows, ("brand_id", "key"), "id") if rows else set()
    return [(event_id, event) for event_id, event in unique.values() if event_id in fresh]


def _order_number(event: NewEvent) -> str:
    return str(event.data.get("order_number") or event.data.get("number") or "")


def _keep_orders(
    session: Session, brand_id: UUID, events: Sequence[NewEvent], known: dict[str, UUID]
) -> None:
    """The latest event of an order tells its status; a late arrival of an older one changes nothing."""
    latest: dict[bytes, NewEvent] = {}
    for event in sorted(events, key=lambda one: one.at):
        number = _order_number(event)
        if event.type.startswith("order.") and number:
            latest[order_hash(number)] = event
    if not latest:
        return
    asked = {
        digest: newest for newest, event in latest.items() for digest in order_hashes(_order_number(event))
    }
    held = {
        asked[bytes(row.number_hash)]: row
        for row in session.execute(
            select(Order.__table__).where(Order.brand_id == brand_id, Order.number_hash.in_(asked))
        )
    }
    new, changed = [], []
    for digest, event in latest.items():
        number = _order_number(event)
        told = {"status": event.type.removeprefix("order."), "updated_at": event.at}
        if digest not in held:
            row = {
                "id": new_id(),
                "brand_id": brand_id,
                "customer_id": known[event.phone],
                "number_hash": digest,
            }
            new.append({**row, **told, "data": {**event.data, "number": number}})
        elif held[digest].updated_at <= event.at:
            data = {**held[digest].data, **event.data, "number": number}
            row = {"id": held[digest].id, "customer_id": held[digest].customer_id}
            changed.append({**row, **told, "data": data})
    insert_ignoring(session, Order, new, ("brand_id", "number_hash"))
    update_all(session, Order, changed)


def _senders(
    session: Session, directory: Directory, brand: BrandView, ids: set[UUID], now: datetime
) -> dict[UUID, UUID]:
    """From which number the brand writes to each customer."""
    profiles = customers.profiles(session, ids)
    chosen = {}
    for customer_id in ids:
        profile = profiles.get((customer_id, brand.id))
        sender = directory.sender_for(brand.id, "service", profile["last_sender_id"] if profile else None)
        if sender is not None:
            chosen[customer_id] = sender.id
    return chosen


def _learn(parts: Parts, turn: Turn, event: NewEvent) -> None:
    """Attributes that came with the event are the business's own word about its customer."""
    given = dict(event.attributes)
    name, language = given.pop("name", None), given.pop("language", None)
    if isinstance(name, str) and name.strip():
        turn.change_profile(name=name.strip()[:80])
    if language in ("zh", "en") and turn.profile["language"] is None:
        turn.change_profile(language=language)
    if event.timezone is not None:
        turn.change_profile(timezone=event.timezone)
    plain = {key: value for key, value in given.items() if isinstance(value, str | int | float | bool)}
    told = (f"event:{event.type}", turn.now)
    may_stay = separate_consents.kept(parts, turn.changes, turn.key, turn.profile, plain, *told)
    plain = {key: value for key, value in plain.items() if key in may_stay}
    if plain:
        source = {"source": f"event:{event.type}", "at": event.at.isoformat()}
        held = {key[:60]: {"value": value, **source} for key, value in plain.items()}
        turn.change_profile(attributes={**turn.profile["attributes"], **held})


def _start_flows(parts: Parts, session: Session, turn: Turn, event_id: UUID, event: NewEvent) -> int:
    flows = parts.flows.of(turn.brand, turn.channel.capabilities.style.value)
    started = 0
    for flow in flows.by_event.get(event.type, ()):
        cause = Cause(CauseKind.EVENT, event.at, event.type)
        data = {key: value for key, value in event.data.items() if not isinstance(value, list | dict)}
        trigger = Triggered(by="event", data=data, at=event.at)
        identity = fresh_identity(cause, event_id=event_id)
        started += flow_runs.start(parts, session, turn, flow, trigger, identity) is not None
    return started


__all__ = ["NewEvent", "Recorded", "record_events"]
