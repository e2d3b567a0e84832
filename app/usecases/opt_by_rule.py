"""Decides opting out and in by rule, inside the transaction that stores the texts, before they are acknowledged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, case, update
from sqlalchemy.orm import Session

from app.domain.beside_opt_out import complaint_beside, rest_of
from app.domain.delivery_codes import ENDED
from app.domain.opt_out import OptInByRule, OptOutByRule, OptOutWords, Scope, judge_opt_out, language_told
from app.domain.purpose import Cause, CauseKind
from app.domain.text import fold, strip_marks
from app.store import runs
from app.store.customers import Customer
from app.store.inbounds import DONE, UNDERSTANDING
from app.store.outbound import queue as outbound_queue
from app.usecases import messages, opting
from app.usecases.arrivals import Arrival
from app.usecases.changes import Changes
from app.usecases.complaint_beside import (
    OPTED_OUT,
    WAITS_FOR_REST,
    confirmation,
    open_complaint,
    take_back_confirmation,
    tell,
)
from app.usecases.directory import Directory
from app.usecases.listen import listen
from app.usecases.parts import Parts
from app.usecases.turn import Reader, Turn


@dataclass(frozen=True, slots=True)
class Answered:
    """The provider has answered the text itself (HELP): a second answer would only confuse."""

    reason: str = "provider_answered"


Verdict = OptOutByRule | OptInByRule | Answered
PEOPLE = Customer.__table__
AT = bindparam("at", type_=PEOPLE.c.last_inbound_at.type)
HAS_SUSPECT_NUMBER = PEOPLE.c.number_status.not_in(("unknown", "verified", *ENDED))
WROTE = (
    update(PEOPLE)  # type: ignore[arg-type]
    .where(PEOPLE.c.id.in_(bindparam("ids", expanding=True)))
    .values(
        last_inbound_at=AT,
        number_status=case((HAS_SUSPECT_NUMBER, "verified"), else_=PEOPLE.c.number_status),
        number_status_at=case((HAS_SUSPECT_NUMBER, AT), else_=PEOPLE.c.number_status_at),
    )
)
"""Who writes has a working number, whatever receipts have said. Source: SPEC SE-3."""


def decide_opting(
    parts: Parts,
    session: Session,
    directory: Directory,
    new: Sequence[Arrival],
    locked: Mapping[UUID, Any],
    now: datetime,
) -> set[UUID]:
    """Under the customers' locks: notes that they wrote, and applies opting out and in; returns who opted out."""
    ids = {arrival.customer_id for arrival in new}
    session.connection().execute(WROTE, {"ids": list(ids), "at": now})
    telling = _verdicts(session, parts, directory, new)
    if not telling:
        return set()
    changes = Changes()
    wanted = {(arrival.customer_id, arrival.sender.id) for arrival, _ in telling}
    book = Reader(session, directory, changes, now).turns(wanted, locked)
    for arrival, verdict in telling:
        turn = book.turn(arrival.customer_id, arrival.sender.id, arrival.trace_id)
        turn.last_sent_language = arrival.last_sent_language
        if isinstance(verdict, OptOutByRule):
            _opt_out(parts, session, turn, arrival, verdict)
        elif isinstance(verdict, Answered):
            turn.decide("inbound", arrival.row["id"], "routed", verdict.reason)
            _close(turn, arrival.row["id"], verdict.reason)
        elif turn.profile["consent"] in ("withdrawn", "held") or turn.profile["stopped_at"] is not None:
            _opt_in(parts, session, turn, arrival, verdict)
    changes.flush(session)
    return {arrival.customer_id for arrival, verdict in telling if isinstance(verdict, OptOutByRule)}


def _verdicts(
    session: Session, parts: Parts, directory: Directory, new: Sequence[Arrival]
) -> list[tuple[Arrival, Verdict]]:
    """The arrivals that opt out or in; what was offered and asked is looked up only where it can matter."""
    words = parts.rules.opt_out_words
    short = {one.customer_id for one in new if words.words_in(strip_marks(fold(one.row["text"]))) is not None}
    handed = outbound_queue.last_handed(session, short) if short else {}
    asked = (
        {(row.customer_id, row.sender_id): row for row in runs.open_questions(session, short)}
        if short
        else {}
    )
    told = []
    for one in new:
        verdict = _verdict(words, directory, one, handed, asked)
        if verdict is not None:
            told.append((one, verdict))
    return told


def _verdict(
    words: OptOutWords,
    directory: Directory,
    arrival: Arrival,
    handed: Mapping[tuple[UUID, UUID], Any],
    asked: Mapping[tuple[UUID, UUID], Any],
) -> Verdict | None:
    item, pair = arrival.parsed, (arrival.customer_id, arrival.sender.id)
    style = directory.channels[arrival.sender.channel_id].capabilities.style.value
    if item.opt_out_type == "help":
        return Answered()
    if item.opt_out_type in ("stop", "start"):
        return _providers_word(words, item.opt_out_type, item.text, style)
    question, last = asked.get(pair), handed.get(pair)
    arrival.last_sent_language = last.language if last is not None else None
    return judge_opt_out(
        words,
        arrival.row["text"],
        offered=last.offered if last is not None else None,
        has_open_question=question is not None,
        open_choices=frozenset(question.choices) if question is not None else frozenset(),
        channel=style,
    )


def _providers_word(words: OptOutWords, kind: str, text: str, style: str) -> Verdict:
    """The provider has acted on the word already: what it understood counts. Source: SPEC IN-6.

    The decision log gets one of our own words, or none: a text of the customer's has no place in it.
    """
    word = _own_word(words, text)
    if kind == "start":
        return OptInByRule(word=word)
    return OptOutByRule(
        scope=Scope.ALL if style == "north_america" else Scope.MARKETING,
        word=word,
        reason="provider_opt_out",
    )


def _own_word(words: OptOutWords, text: str) -> str:
    """The first of our words that the text consists of, courtesies aside; empty where it says anything else."""
    found = words.words_in(strip_marks(fold(text)))
    key = found[0][0] if found is not None else ""
    row = next(iter(words.rows(key)), None) or words.opt_in_row(key)
    return row.word if row is not None else ""


def _close(turn: Turn, inbound_id: UUID, outcome: str, *, is_read_on: bool = False) -> None:
    """Decided; `is_read_on`: but for the rest of the text, which the NLU is asked about."""
    conversation_id = turn.conversation["id"] if turn.conversation else None
    turn.changes.closed_inbounds.append(
        {
            "id": inbound_id,
            "status": UNDERSTANDING if is_read_on else DONE,
            "outcome": outcome,
            "decided_at": None if is_read_on else turn.now,
            "leased_until": None,
            "conversation_id": conversation_id,
        }
    )


def _language(arrival: Arrival, verdict: OptOutByRule | OptInByRule) -> str | None:
    word = verdict.word if verdict.reason != "opt_out_pattern" else ""
    return language_told(arrival.row["text"], word)


def _opt_out(parts: Parts, session: Session, turn: Turn, arrival: Arrival, verdict: OptOutByRule) -> None:
    inbound_id = arrival.row["id"]
    was_out = turn.profile["consent"] == "withdrawn" and (
        verdict.scope != Scope.ALL or turn.profile["stopped_at"]
    )
    affected = opting.brands_on(session, turn)
    opting.withdraw(
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
    turn.decide(
        "inbound",
        inbound_id,
        "opted_out",
        verdict.reason,
        word=verdict.word if verdict.reason != "opt_out_pattern" else None,
        scope=verdict.scope,
        brands=len(affected),
    )
    _confirm(parts, session, turn, arrival, verdict, was_out=bool(was_out))


def _confirm(
    parts: Parts,
    session: Session,
    turn: Turn,
    arrival: Arrival,
    verdict: OptOutByRule,
    *,
    was_out: bool,
) -> None:
    """Closes the text and confirms the opt-out, in one message with the complaint that the text may make beside it."""
    inbound_id, text, language = arrival.row["id"], arrival.row["text"], _language(arrival, verdict)
    rest = rest_of(text)
    kind = None if rest else complaint_beside(text)
    told = open_complaint(session, turn, inbound_id, text, arrival.row["received_at"], kind)
    listen(parts, session, turn, inbound_id, text)
    _close(turn, inbound_id, OPTED_OUT, is_read_on=bool(rest))
    can = turn.channel.capabilities
    is_confirmed = can.confirms_opt_outs or can.templates_only or arrival.parsed.opt_out_type is not None
    if is_confirmed or was_out:
        if told is not None:
            tell(parts, turn, inbound_id, language)
        return
    cause, origin = Cause(CauseKind.OPT_OUT, turn.now), messages.Origin(inbound_id=inbound_id)
    wording = confirmation(told, is_all=verdict.scope == Scope.ALL)
    due_at = turn.now + WAITS_FOR_REST if rest else None
    messages.say(parts, turn, wording, cause, origin, language, due_at)


def _opt_in(parts: Parts, session: Session, turn: Turn, arrival: Arrival, verdict: OptInByRule) -> None:
    """Who had never agreed takes back the opt-out only: the text goes on to the double opt-in."""
    inbound_id = arrival.row["id"]
    if not opting.take_back_opt_out(session, turn, inbound_id, verdict.word):
        turn.decide("inbound", inbound_id, "opt_out_lifted", "no_earlier_consent", word=verdict.word)
        return
    take_back_confirmation(session, turn, "overtaken")
    turn.decide("inbound", inbound_id, "opted_in", "opt_in_word", word=verdict.word)
    _close(turn, inbound_id, "opted_in")
    if arrival.parsed.opt_out_type is None:
        cause = Cause(CauseKind.OPT_IN, turn.now)
        origin = messages.Origin(inbound_id=inbound_id)
        messages.say(parts, turn, "opt_in_confirmed", cause, origin, _language(arrival, verdict))
