"""Answers what has come in: rules first, in order per customer; what rules cannot tell waits for the NLU."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.domain import auto_reply
from app.domain.routes import NeedsMeaning, Route, Silence
from app.domain.routing import Situation, Understood, route_by_context, route_by_meaning, route_by_rule
from app.domain.text import language_of
from app.nlu import Unavailable, is_read_whole
from app.store import customers, inbounds
from app.store.inbounds import DONE, UNDERSTANDING
from app.usecases import complaints, hand_offs, holds, needs, set_aside
from app.usecases.changes import Changes
from app.usecases.complaint_beside import OPTED_OUT, read_rest
from app.usecases.follow_route import follow, join_complaint
from app.usecases.habits import Habits
from app.usecases.isolation import each_alone_after_failure
from app.usecases.listen import listen
from app.usecases.parts import Parts
from app.usecases.turn import Reader, Turn, TurnBook
from app.usecases.understanding import understand

BATCH = 100
SQLITE_BATCH = 40
NLU_BATCH = 20
NLU_LEASE = timedelta(seconds=30)
RETRY_NLU_AFTER = timedelta(seconds=1)
TO_STAFF_AFTER = timedelta(minutes=10)
"""A text that has waited for the NLU this long goes to a person. Source: SPEC NL-4."""
UNREADABLE_AFTER = timedelta(seconds=30)
"""A text goes to a person if the NLU, being there, has made nothing of it for so long."""


@dataclass(slots=True)
class Answered:
    """How many texts were decided, and how many wait for the NLU."""

    decided: int = 0
    waiting: int = 0

    def __add__(self, other: "Answered") -> "Answered":
        return Answered(self.decided + other.decided, self.waiting + other.waiting)


def answer_by_rule(parts: Parts, now: datetime) -> Answered:
    """Decides a batch of received texts by rule, one transaction; each customer's texts in the order they came."""
    batch = SQLITE_BATCH if parts.store.is_sqlite else BATCH
    with parts.store.read() as session:
        waiting = inbounds.waiting_customers(session, batch)
    done = each_alone_after_failure(
        waiting,
        lambda ids: _decide_received(parts, ids, now),
        lambda one: set_aside.texts_of(parts, one, now),
    )
    return sum(done, Answered())


def _decide_received(parts: Parts, waiting: Sequence[UUID], now: datetime) -> Answered:
    directory = parts.directory.current(now)
    answered = Answered()
    with parts.store.write() as session:
        locked = {row.id: row for row in customers.lock(session, waiting, skip_locked=True)}
        rows = inbounds.received_of(session, locked)
        changes = Changes()
        book = _book(session, directory, changes, rows, locked, now)
        habits = Habits.read(session, rows, now)
        for row in rows:
            if row.customer_id in changes.successors:
                continue  # it is the new owner's now, whose turn comes next
            turn = book.turn(row.customer_id, row.sender_id, row.trace_id)
            if _decide_by_rule(parts, session, turn, row, habits):
                answered.decided += 1
            else:
                answered.waiting += 1
        changes.flush(session)
    if answered.decided:
        parts.wake.ring("outbound")
    return answered


def answer_by_meaning(parts: Parts, now: datetime) -> Answered:
    """Asks the NLU about a batch of texts, outside any transaction, and decides them when it has answered."""
    with parts.store.read() as session:
        if not inbounds.may_understand(session, now):
            return Answered()
    with parts.store.write() as session:
        leased = inbounds.lease_for_understanding(session, NLU_BATCH, now, NLU_LEASE)
    if not leased:
        return Answered()
    read = understand(parts.nlu, leased)
    understood: dict[UUID, Understood | Unavailable] = {}
    waiting: list[Any] = []
    for row, one in zip(leased, read, strict=True):
        if isinstance(one, Understood) or now - row.received_at >= _patience(one):
            understood[row.id] = one
        else:
            waiting.append(row)
    if waiting:
        _wait_for_nlu(parts, waiting, now)
    answered = _decide_understood(parts, understood, now) if understood else Answered()
    answered.waiting = len(waiting)
    return answered


def _patience(away: Unavailable) -> timedelta:
    return UNREADABLE_AFTER if away.is_about_the_text else TO_STAFF_AFTER


def _decide_understood(
    parts: Parts, understood: Mapping[UUID, Understood | Unavailable], now: datetime
) -> Answered:
    done = each_alone_after_failure(
        list(understood),
        lambda ids: _decide_these(parts, {one: understood[one] for one in ids}, now),
        lambda one: set_aside.text(parts, one, now),
    )
    return sum(done, Answered())


def _decide_these(
    parts: Parts, understood: Mapping[UUID, Understood | Unavailable], now: datetime
) -> Answered:
    directory = parts.directory.current(now)
    answered = Answered()
    with parts.store.read() as session:
        waiting = {row.customer_id for row in inbounds.still_understanding(session, list(understood))}
    with parts.store.write() as session:
        locked = {row.id: row for row in customers.lock(session, waiting)}
        rows = [r for r in inbounds.still_understanding(session, list(understood)) if r.customer_id in locked]
        changes = Changes()
        book = _book(session, directory, changes, rows, locked, now)
        habits = Habits.read(session, rows, now)
        for row in rows:
            if row.customer_id in changes.successors:
                continue
            turn = book.turn(row.customer_id, row.sender_id, row.trace_id)
            _decide_by_meaning(parts, session, turn, row, understood[row.id], habits)
            answered.decided += 1
        changes.flush(session)
    if answered.decided:
        parts.wake.ring("outbound")
    return answered


def _wait_for_nlu(parts: Parts, waiting: Sequence[Any], now: datetime) -> None:
    """Texts that nobody has read yet wait for the next try."""
    with parts.store.write() as session:
        inbounds.release(session, [row.id for row in waiting], now + RETRY_NLU_AFTER)


def _book(
    session: Session,
    directory: Any,
    changes: Changes,
    rows: Sequence[Any],
    locked: Mapping[UUID, Any],
    now: datetime,
) -> TurnBook:
    wanted = {(row.customer_id, row.sender_id) for row in rows}
    return Reader(session, directory, changes, now).turns(wanted, locked)


def _decide_by_rule(parts: Parts, session: Session, turn: Turn, row: Any, habits: Habits) -> bool:
    """Whether rules alone have decided the text."""
    situation = _situation(parts, turn, row, habits)
    _learn(turn, row.text)
    route = route_by_rule(row.text, situation)
    if route == NeedsMeaning():
        route = route_by_context(row.text, situation, turn.now) or route
    if isinstance(route, NeedsMeaning):
        turn.changes.closed_inbounds.append(_closing(row.id, turn, UNDERSTANDING, None))
        return False
    reason = follow(parts, session, turn, row, route, None)
    listen(parts, session, turn, row.id, row.text)
    needs.note(parts, turn, row, reason)
    turn.changes.closed_inbounds.append(_closing(row.id, turn, DONE, reason))
    return True


def _decide_by_meaning(
    parts: Parts,
    session: Session,
    turn: Turn,
    row: Any,
    understood: Understood | Unavailable,
    habits: Habits,
) -> None:
    situation = _situation(parts, turn, row, habits)
    if row.outcome == OPTED_OUT:
        reason = read_rest(parts, session, turn, row, understood)
    elif (
        turn.profile["consent_at"]
        and turn.profile["consent"] == "withdrawn"
        and turn.profile["consent_at"] >= row.received_at
    ):
        reason = "overtaken"
        complaints.customer_wrote(turn, row.id)
        turn.decide("inbound", row.id, "routed", reason, by="opt_out")
    elif isinstance(understood, Unavailable):
        reason = "nlu_failed" if understood.is_about_the_text else "nlu_unavailable"
        complaints.customer_wrote(turn, row.id)
        join_complaint(turn, row.id)
        holds.hold(session, turn, holds.UNREAD, row.id)
        conversation_id = hand_offs.hand_off(turn, reason)
        turn.decide("inbound", row.id, "routed", reason, conversation=str(conversation_id))
    else:
        route = route_by_meaning(row.text, understood, situation, turn.now)
        if route == Silence("with_staff") and hand_offs.was_taken_after(turn, row.received_at):
            route = Silence("overtaken")
        reason = _follow(parts, session, turn, row, route, understood)
    ranking = understood.ranking if isinstance(understood, Understood) else None
    listen(parts, session, turn, row.id, row.text, ranking)
    needs.note(parts, turn, row, reason)
    turn.changes.closed_inbounds.append(_closing(row.id, turn, DONE, reason))


def _follow(
    parts: Parts, session: Session, turn: Turn, row: Any, route: Route, understood: Understood
) -> str:
    """Of a text that is longer than what the NLU reads nobody knows whether it ends with an opt-out."""
    is_whole = is_read_whole(row.text)
    if not is_whole:
        holds.hold(session, turn, holds.UNREAD, row.id)
    reason = follow(parts, session, turn, row, route, understood)
    if not is_whole and turn.profile["consent"] == "held":
        hand_offs.hand_off(turn, "read_in_part")
    return reason


def _closing(inbound_id: UUID, turn: Turn, status: str, outcome: str | None) -> dict[str, Any]:
    return {
        "id": inbound_id,
        "status": status,
        "outcome": outcome,
        "decided_at": turn.now if status == DONE else None,
        "leased_until": None,
        "conversation_id": turn.conversation["id"] if turn.conversation else None,
    }


def _learn(turn: Turn, text: str) -> None:
    """The customer's language is that of the last text that tells one; they know the number that they write to."""
    if turn.profile["last_sender_id"] != turn.sender.id:
        turn.change_profile(last_sender_id=turn.sender.id)
    language = language_of(text)
    if language is not None and language != turn.profile["language"]:
        turn.change_profile(language=language)


def _situation(parts: Parts, turn: Turn, row: Any, habits: Habits) -> Situation:
    flows = parts.flows.of(turn.brand, turn.channel.capabilities.style.value)
    state = turn.question_state
    asked_before = turn.question is not None and turn.question.asked_at <= row.received_at
    question = state.open_question if state is not None and asked_before else None
    pair = (row.customer_id, row.sender_id)
    told = turn.profile["said"]
    return Situation(
        keywords=flows.keywords,
        intents=flows.by_intent,
        question=question,
        question_run_id=turn.question.run_id if question is not None and turn.question is not None else None,
        is_with_staff=hand_offs.is_with_staff(turn),
        has_open_complaint=turn.open_complaint is not None,
        has_resolved_complaint=turn.open_complaint is None and bool(turn.complaints),
        has_media=bool(row.media),
        is_auto_reply=auto_reply.is_auto_reply(row.text),
        replies_last_hour=turn.replies + (habits.replies.get(pair, 0)),
        clarified_at=_moment(told, "clarify"),
        small_talk_at={
            intent: at
            for intent, wording in (("praise", "thanks"), ("greeting", "greeting"))
            if (at := _moment(told, wording)) is not None
        },
        last=habits.last.get(row.id) if not turn.replies else None,
        is_opt_in_word=parts.rules.opt_out_words.opts_in(row.text),
        abused_before="abused" in turn.profile["tags"],
    )


def _moment(told: Mapping[str, str], name: str) -> datetime | None:
    return datetime.fromisoformat(told[name]) if name in told else None
