"""Stores what a provider delivers, once, and decides opting out and in by rule before anything is acknowledged."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain import phone as phones
from app.domain.opt_out import OptInByRule, OptOutByRule, Scope, judge_opt_out
from app.domain.purpose import Cause, CauseKind
from app.domain.text import clean, fold, language_of, strip_marks
from app.providers.contract import Parsed, ParsedInbound, Unparseable
from app.store import customers, runs
from app.store.customers import Customer
from app.store.inbounds import DONE, RECEIVED, Inbound, Quarantined
from app.store.outbound import queue as outbound_queue
from app.store.outbound.table import Outbound
from app.store.tables import new_id
from app.store.writing import insert_ignoring, insert_new, update_all
from app.usecases import messages, opting
from app.usecases.changes import Changes
from app.usecases.directory import ChannelView, Directory, SenderView
from app.usecases.parts import Parts
from app.usecases.receipts import apply_receipts
from app.usecases.turn import Reader, Turn

MAX_TEXT = 2000
SHARED_FOR = timedelta(days=365)
"""A number shared by brands speaks for every brand that used it to this person in this time. Source: SPEC IN-5."""


@dataclass(frozen=True, slots=True)
class Received:
    """What became of one delivery: ids of new messages, and who opted out in it."""

    inbound_ids: tuple[UUID, ...] = ()
    opted_out: tuple[UUID, ...] = ()
    duplicates: int = 0
    quarantined: int = 0
    receipts: int = 0


@dataclass(slots=True)
class _Arrival:
    parsed: ParsedInbound
    sender: SenderView
    customer_id: UUID
    row: dict[str, Any] = field(default_factory=dict)


def receive(parts: Parts, channel: ChannelView, parsed: Parsed, now: datetime, trace_id: str) -> Received:
    """Stores messages, receipts and what could not be read, in one transaction; safe to repeat.

    Raises the database's errors: then nothing was stored, and the provider has to be told to repeat.
    """
    directory = parts.directory.current(now)
    with parts.store.write() as session:
        received = _receive_inbound(parts, session, directory, channel, parsed.inbound, now, trace_id)
        lost = _quarantine(session, channel, parsed.unparseable, now)
        told = apply_receipts(parts, session, channel, parsed.receipts, now) if parsed.receipts else 0
    if received.inbound_ids:
        parts.wake.ring("inbound")
    if received.opted_out:
        parts.wake.ring("outbound")
    return Received(
        received.inbound_ids,
        received.opted_out,
        received.duplicates,
        received.quarantined + lost,
        told,
    )


def hand_overs_open(parts: Parts, customers_: Sequence[UUID]) -> int:
    """How many hand-overs to these customers had begun before their opt-out and have not ended yet."""
    with parts.store.read() as session:
        return len(outbound_queue.handing_to(session, customers_))


def _quarantine(session: Session, channel: ChannelView, lost: Sequence[Unparseable], now: datetime) -> int:
    rows = [
        {
            "id": new_id(),
            "channel_id": channel.id,
            "digest": hashlib.sha256(item.raw).digest(),
            "body": item.raw.decode("utf-8", "backslashreplace"),
            "why": item.why[:200],
            "received_at": now,
        }
        for item in lost
    ]
    insert_ignoring(session, Quarantined, rows, ("channel_id", "digest"))
    return len(rows)


def _receive_inbound(
    parts: Parts,
    session: Session,
    directory: Directory,
    channel: ChannelView,
    inbound: Sequence[ParsedInbound],
    now: datetime,
    trace_id: str,
) -> Received:
    if not inbound:
        return Received()
    known = _known_customers(session, inbound, now)
    arrivals, homeless = [], []
    for item in inbound:
        customer_id = known.get(item.from_phone)
        sender = customer_id and _sender_of(session, directory, channel, item, customer_id)
        if customer_id is None or not sender:
            homeless.append(
                Unparseable(
                    _readable(item), "no phone" if customer_id is None else "no sender has this number"
                )
            )
        else:
            arrivals.append(_Arrival(item, sender, customer_id))
    new = _store(session, channel, arrivals, now, trace_id)
    opted_out = _decide_opting(parts, session, directory, new, now, trace_id) if new else ()
    return Received(
        tuple(arrival.row["id"] for arrival in new),
        tuple(opted_out),
        len(arrivals) - len(new),
        _quarantine(session, channel, homeless, now),
    )


def _readable(item: ParsedInbound) -> bytes:
    return f"{item.provider_message_id}\n{item.from_phone}\n{item.to_address}\n{item.text}".encode(
        "utf-8", "replace"
    )


def _known_customers(session: Session, inbound: Sequence[ParsedInbound], now: datetime) -> dict[str, UUID]:
    numbers = {item.from_phone for item in inbound if item.from_phone}
    known = customers.ids_by_phone(session, numbers)
    missing = sorted(numbers - set(known))
    if missing:
        rows = [customers.customer_row(new_id(), e164, phones.region_of(e164), now) for e164 in missing]
        rows.sort(key=lambda row: row["phone_hash"])
        insert_ignoring(session, Customer, rows, ("phone_hash",))
        known = customers.ids_by_phone(session, numbers)
    return known


def _sender_of(
    session: Session, directory: Directory, channel: ChannelView, item: ParsedInbound, customer_id: UUID
) -> SenderView | None:
    """Routes by destination and signature; where brands share the number, to the one that wrote last."""
    fitting = [sender for sender in channel.senders if sender.address == item.to_address]
    fitting = fitting or [s for s in channel.senders if s.address and item.to_address.endswith(s.address)]
    fitting = fitting or list(channel.senders)
    signed = [sender for sender in fitting if item.sign_name and sender.sign_name == item.sign_name]
    fitting = signed or fitting
    if len(fitting) <= 1:
        return fitting[0] if fitting else None
    mine = {sender.id: sender for sender in fitting}
    wrote = session.scalars(
        select(Outbound.sender_id)
        .where(
            Outbound.customer_id == customer_id, Outbound.sender_id.in_(mine), Outbound.handed_at.is_not(None)
        )
        .order_by(Outbound.handed_at.desc())
        .limit(1)
    ).first()
    return mine[wrote] if wrote else fitting[0]


def _store(
    session: Session, channel: ChannelView, arrivals: Sequence[_Arrival], now: datetime, trace_id: str
) -> list[_Arrival]:
    unique: dict[str, _Arrival] = {}
    for arrival in arrivals:
        item = arrival.parsed
        arrival.row = {
            "id": new_id(),
            "channel_id": channel.id,
            "sender_id": arrival.sender.id,
            "brand_id": arrival.sender.brand_id,
            "customer_id": arrival.customer_id,
            "provider_message_id": item.provider_message_id[:80],
            "text": clean(item.text)[:MAX_TEXT],
            "media": [{"url": media.url, "type": media.content_type} for media in item.media],
            "sent_at": item.at,
            "received_at": now,
            "status": RECEIVED,
            "trace_id": trace_id,
        }
        unique.setdefault(arrival.row["provider_message_id"], arrival)
    rows = [arrival.row for arrival in unique.values()]
    fresh = insert_new(session, Inbound, rows, ("channel_id", "provider_message_id"), "id") if rows else set()
    return [arrival for arrival in unique.values() if arrival.row["id"] in fresh]


def _decide_opting(
    parts: Parts,
    session: Session,
    directory: Directory,
    new: Sequence[_Arrival],
    now: datetime,
    trace_id: str,
) -> list[UUID]:
    """Under the customers' locks: notes that they wrote, and applies opting out and in by rule."""
    ids = {arrival.customer_id for arrival in new}
    locked = {row.id: row for row in customers.lock(session, ids)}
    session.execute(update(Customer).where(Customer.id.in_(ids)).values(last_inbound_at=now))
    changes = Changes()
    opted_out: list[UUID] = []
    for arrival in new:
        verdict = _verdict(parts, session, arrival, directory)
        if isinstance(verdict, OptOutByRule):
            opted_out.append(arrival.customer_id)
        if verdict is not None:
            reader = Reader(session, directory, changes, now)
            book = reader.turns({(arrival.customer_id, arrival.sender.id)}, locked)
            _apply(
                parts, session, book.turn(arrival.customer_id, arrival.sender.id, trace_id), arrival, verdict
            )
    changes.flush(session)
    return opted_out


def _verdict(
    parts: Parts, session: Session, arrival: _Arrival, directory: Directory
) -> OptOutByRule | OptInByRule | None:
    item = arrival.parsed
    channel = directory.channels[arrival.sender.channel_id]
    style = channel.capabilities.style.value
    if item.opt_out_type in ("stop", "start"):
        return _providers_word(item.opt_out_type, item.text, style)
    text, words = arrival.row["text"], parts.rules.opt_out_words
    if words.words_in(strip_marks(fold(text))) is None:
        return judge_opt_out(
            words, text, offered=None, has_open_question=False, open_choices=frozenset(), channel=style
        )
    pair = (arrival.customer_id, arrival.sender.id)
    asked = [row for row in runs.open_questions(session, [pair[0]]) if row.sender_id == pair[1]]
    return judge_opt_out(
        words,
        text,
        offered=outbound_queue.last_handed(session, [pair])[pair],
        has_open_question=bool(asked),
        open_choices=frozenset(word for row in asked for word in row.choices),
        channel=style,
    )


def _providers_word(kind: str, text: str, style: str) -> OptOutByRule | OptInByRule:
    """The provider has acted on the word already: what it understood counts. Source: SPEC IN-6."""
    language = language_of(text) or "en"
    if kind == "start":
        return OptInByRule(word=text[:20], language=language)
    return OptOutByRule(
        scope=Scope.ALL if style == "north_america" else Scope.MARKETING,
        word=text[:20],
        language=language,
        reason="provider_opt_out",
    )


def _apply(
    parts: Parts, session: Session, turn: Turn, arrival: _Arrival, verdict: OptOutByRule | OptInByRule
) -> None:
    if isinstance(verdict, OptOutByRule):
        _opt_out(parts, session, turn, arrival, verdict)
    elif turn.profile["consent"] in ("withdrawn", "held") or turn.profile["stopped_at"] is not None:
        _opt_in(parts, turn, arrival, verdict)


def _close(turn: Turn, inbound_id: UUID, outcome: str) -> None:
    conversation_id = turn.conversation["id"] if turn.conversation else None
    turn.changes.closed_inbounds.append(
        {
            "id": inbound_id,
            "status": DONE,
            "outcome": outcome,
            "decided_at": turn.now,
            "leased_until": None,
            "conversation_id": conversation_id,
        }
    )


def _opt_out(parts: Parts, session: Session, turn: Turn, arrival: _Arrival, verdict: OptOutByRule) -> None:
    inbound_id = arrival.row["id"]
    was_out = turn.profile["consent"] == "withdrawn" and (
        verdict.scope != Scope.ALL or turn.profile["stopped_at"]
    )
    affected = _brands_on(session, turn)
    opting.withdraw(
        session,
        turn.changes,
        turn.customer.id,
        affected,
        verdict.scope,
        "inbound",
        turn.now,
        inbound_id=inbound_id,
        reason=verdict.reason,
        trace_id=turn.trace_id,
    )
    _end_marketing_runs(session, turn, affected)
    turn.decide(
        "inbound",
        inbound_id,
        "opted_out",
        verdict.reason,
        word=verdict.word,
        scope=verdict.scope,
        brands=len(affected),
    )
    _close(turn, inbound_id, "opted_out")
    can = turn.channel.capabilities
    is_confirmed = can.confirms_opt_outs or can.templates_only or arrival.parsed.opt_out_type is not None
    if not (is_confirmed or was_out):
        cause = Cause(CauseKind.OPT_OUT, turn.now)
        origin = messages.Origin(inbound_id=inbound_id)
        messages.say(parts, turn, "opt_out_confirmed", cause, origin, verdict.language)


def _opt_in(parts: Parts, turn: Turn, arrival: _Arrival, verdict: OptInByRule) -> None:
    inbound_id = arrival.row["id"]
    opting.grant(turn, "inbound", inbound_id=inbound_id, wording=verdict.word)
    turn.decide("inbound", inbound_id, "opted_in", "opt_in_word", word=verdict.word)
    _close(turn, inbound_id, "opted_in")
    if arrival.parsed.opt_out_type is None:
        cause = Cause(CauseKind.OPT_IN, turn.now)
        origin = messages.Origin(inbound_id=inbound_id)
        messages.say(parts, turn, "opt_in_confirmed", cause, origin, verdict.language)


def _brands_on(session: Session, turn: Turn) -> list[UUID]:
    """The brand, and every brand that used this number to this person within a year."""
    sharing = [
        s for s in turn.channel.senders if s.address == turn.sender.address and s.brand_id != turn.brand.id
    ]
    if not sharing:
        return [turn.brand.id]
    used = session.scalars(
        select(Outbound.brand_id)
        .where(
            Outbound.customer_id == turn.customer.id,
            Outbound.sender_id.in_([sender.id for sender in sharing]),
            Outbound.handed_at >= turn.now - SHARED_FOR,
        )
        .distinct()
    )
    found = [turn.brand.id, *used]
    customers.add_profiles(session, {(turn.customer.id, brand_id) for brand_id in found}, turn.now)
    return found


def _end_marketing_runs(session: Session, turn: Turn, affected: Sequence[UUID]) -> None:
    """Journeys and open sign-ups end with an opt-out; what the customer asked for goes on."""
    table = runs.Run.__table__
    mine = select(table.c.id).where(
        table.c.customer_id == turn.customer.id,
        table.c.brand_id.in_(affected),
        table.c.status == runs.ACTIVE,
        table.c.cause.in_((CauseKind.JOURNEY.value, CauseKind.CAMPAIGN.value, CauseKind.OPT_IN.value)),
    )
    ids = list(session.scalars(mine))
    runs.close_questions(session, ids)
    update_all(
        session,
        runs.Run,
        [
            {
                "id": run,
                "status": runs.FINISHED,
                "outcome": "opted_out",
                "due_at": None,
                "updated_at": turn.now,
            }
            for run in ids
        ],
    )
