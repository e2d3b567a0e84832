"""Decides opting out and in by rule, inside the transaction that stores the texts, before they are acknowledged."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from app.domain.delivery_codes import CodeKind, after_receipt
from app.domain.opt_out import OptInByRule, OptOutByRule, Scope, judge_opt_out
from app.domain.purpose import Cause, CauseKind
from app.domain.text import fold, language_of, strip_marks
from app.store import customers, runs
from app.store.customers import Customer
from app.store.inbounds import DONE
from app.store.outbound import queue as outbound_queue
from app.store.outbound.table import Outbound
from app.store.writing import update_all
from app.usecases import messages, opting
from app.usecases.arrivals import Arrival
from app.usecases.changes import Changes
from app.usecases.directory import Directory
from app.usecases.parts import Parts
from app.usecases.turn import Reader, Turn

SHARED_FOR = timedelta(days=365)
"""A number shared by brands speaks for every brand that used it to this person in this time. Source: SPEC IN-5."""

Verdict = OptOutByRule | OptInByRule
WROTE = (
    update(Customer.__table__)  # type: ignore[arg-type]
    .where(Customer.id.in_(bindparam("ids", expanding=True)))
    .values(last_inbound_at=bindparam("at"))
)


def decide_opting(
    parts: Parts, session: Session, directory: Directory, new: Sequence[Arrival], now: datetime
) -> set[UUID]:
    """Under the customers' locks: notes that they wrote, and applies opting out and in; returns who opted out."""
    ids = {arrival.customer_id for arrival in new}
    locked = {row.id: row for row in customers.lock(session, ids)}
    session.connection().execute(WROTE, {"ids": list(ids), "at": now})
    _clear_suspicion(session, locked.values(), now)
    judged = [(arrival, _verdict(session, parts, directory, arrival)) for arrival in new]
    telling = [(arrival, verdict) for arrival, verdict in judged if verdict is not None]
    if not telling:
        return set()
    changes = Changes()
    wanted = {(arrival.customer_id, arrival.sender.id) for arrival, _ in telling}
    book = Reader(session, directory, changes, now).turns(wanted, locked)
    for arrival, verdict in telling:
        turn = book.turn(arrival.customer_id, arrival.sender.id, arrival.trace_id)
        if isinstance(verdict, OptOutByRule):
            _opt_out(parts, session, turn, arrival, verdict)
        elif turn.profile["consent"] in ("withdrawn", "held") or turn.profile["stopped_at"] is not None:
            _opt_in(parts, turn, arrival, verdict)
    changes.flush(session)
    return {arrival.customer_id for arrival, verdict in telling if isinstance(verdict, OptOutByRule)}


def _clear_suspicion(session: Session, writers: Iterable[Any], now: datetime) -> None:
    """Who writes has a working number, whatever receipts have said. Source: SPEC SE-3."""
    for customer in writers:
        if customer.number_status not in ("unknown", "verified"):
            status = after_receipt(customer.number_status, CodeKind.DELIVERED, None, now)
            customers.set_number_status(session, customer.id, status, now)


def _verdict(session: Session, parts: Parts, directory: Directory, arrival: Arrival) -> Verdict | None:
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


def _providers_word(kind: str, text: str, style: str) -> Verdict:
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


def _opt_out(parts: Parts, session: Session, turn: Turn, arrival: Arrival, verdict: OptOutByRule) -> None:
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
    turn.profile.update(turn.changes.profiles[turn.key])
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


def _opt_in(parts: Parts, turn: Turn, arrival: Arrival, verdict: OptInByRule) -> None:
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
