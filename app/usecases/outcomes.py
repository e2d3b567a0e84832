"""Records what a provider answered to a hand-over, and tells runs whether their questions have left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, case, update
from sqlalchemy.orm import Session

from app.providers.contract import Accepted, Outcome, Outgoing, Rejected, Rejection
from app.store import customers, erasures, simulated
from app.store.forgetting import is_erased
from app.store.outbound import queue
from app.store.outbound.table import ACCEPTED, FAILED, HANDING, QUEUED, UNKNOWN, Outbound
from app.usecases import opting, receipts, staff_replies
from app.usecases.changes import Changes, Decided
from app.usecases.directory import ChannelView
from app.usecases.parts import Parts
from app.usecases.telling_runs import RunTeller

MAX_ATTEMPTS = 6
FIRST_BACK_OFF = timedelta(seconds=2)
LONGEST_BACK_OFF = timedelta(minutes=15)


@dataclass(slots=True)
class Leaving:
    """A message on its way to a provider: its row as read, what was written of it, and what the provider gets."""

    row: Any
    update: dict[str, Any]
    outgoing: Outgoing


def back_off(attempts: int, wish: timedelta | None) -> timedelta:
    """How long to wait after so many attempts: two seconds, four times more each time, at most 15 minutes."""
    own = min(FIRST_BACK_OFF * float(4 ** (attempts - 1)), LONGEST_BACK_OFF)
    return max(wish or timedelta(), own)


def record(
    parts: Parts,
    session: Session,
    channel: ChannelView,
    leaving: Sequence[Leaving],
    results: Sequence[Outcome],
    now: datetime,
) -> None:
    """Writes each outcome; a receipt that was faster keeps its word, and so does a later attempt."""
    locked = {row.id: row for row in customers.lock(session, _concerned(session, leaving, results))}
    erased = {one for one, row in locked.items() if is_erased(row)}
    updates, opted_out, not_sent, changes = [], [], [], Changes()
    for item, outcome in zip(leaving, results, strict=True):
        values = _values(item, outcome, now)
        values["is_for_staff"] &= item.row.customer_id not in erased  # it is nobody's task
        named = {f"_{name}": value for name, value in values.items()}
        updates.append({"_id": item.row.id, "_attempts": item.update["attempts"], **named})
        if _is_opt_out(outcome):
            opted_out.append(item.row)
        else:
            _log(changes, item.row, values, now)
        if values["status"] == FAILED and item.row.asks_question:
            not_sent.append((item.row, values["reason"]))
    updates.sort(key=lambda row: str(row["_id"]))
    session.connection().execute(_update_statement(), updates)
    _forget(session, leaving, erased, now)
    changes.flush(session)
    provider_ids = [outcome.provider_id for outcome in results if isinstance(outcome, Accepted)]
    if channel.capabilities.reports_receipts:
        receipts.apply_waiting(parts, session, channel, provider_ids, now)
    if opted_out or not_sent:
        _tell(parts, session, opted_out, not_sent, now)
    by_staff = [item.row.id for item in leaving if item.row.staff_id is not None]
    staff_replies.settle(parts, session, by_staff, now)


def _concerned(session: Session, leaving: Sequence[Leaving], results: Sequence[Outcome]) -> set[UUID]:
    """All whose rows this writes to, to be locked at once."""
    told = zip(leaving, results, strict=True)
    opted_out = {item.row.customer_id for item, outcome in told if _is_opt_out(outcome)}
    return {item.row.customer_id for item in leaving} | opting.concerned_by_provider(session, opted_out)


def _is_opt_out(outcome: Outcome) -> bool:
    return isinstance(outcome, Rejected) and outcome.kind is Rejection.OPT_OUT


def _forget(session: Session, leaving: Sequence[Leaving], erased: set[UUID], now: datetime) -> None:
    """Messages to people who were erased meanwhile: nobody is asked or shown what became of them any more."""
    if erased:
        queue.end_unknown_of(session, erased, erasures.REASON, now)
        simulated.remove(session, [item.row.id for item in leaving if item.row.customer_id in erased])


VERDICTS = {QUEUED: "deferred", FAILED: "failed", UNKNOWN: "unknown"}


def _log(changes: Changes, row: Any, values: Mapping[str, Any], now: datetime) -> None:
    """What was taken is no decision of ours, and the same retry as last time says nothing new."""
    status, reason = values["status"], values["reason"]
    if status == ACCEPTED or (status == QUEUED and row.reason == reason):
        return
    changes.decide(Decided.of("outbound", row, VERDICTS[status], reason, now, code=values["code"]))


def _values(item: Leaving, outcome: Outcome, now: datetime) -> dict[str, Any]:
    kept = {
        "provider_id": None,
        "code": None,
        "reason": None,
        "due_at": item.row.due_at,
        "settled_at": None,
        "is_for_staff": False,
        "leased_until": None,
    }
    if isinstance(outcome, Accepted):
        return {**kept, "status": ACCEPTED, "provider_id": outcome.provider_id[:80]}
    if not isinstance(outcome, Rejected):
        return {**kept, "status": UNKNOWN, "reason": "answer_lost"}
    kept["code"] = outcome.code[:60]
    attempts = item.update["attempts"]
    if outcome.kind is Rejection.TEMPORARY and attempts < MAX_ATTEMPTS:
        due_at = now + back_off(attempts, outcome.retry_after)
        return {**kept, "status": QUEUED, "reason": "retry", "due_at": due_at}
    is_for_staff = outcome.kind in (Rejection.CONFIG, Rejection.CONTENT)
    reason = f"provider_{outcome.kind.value}"
    return {**kept, "status": FAILED, "reason": reason, "settled_at": now, "is_for_staff": is_for_staff}


def _update_statement() -> Any:
    table = Outbound.__table__
    is_waiting = (table.c.status == HANDING) | (table.c.status == UNKNOWN)
    is_open = is_waiting & (table.c.attempts == bindparam("_attempts", type_=table.c.attempts.type))
    values: dict[str, Any] = {}
    for name in ("status", "code", "reason", "due_at", "settled_at", "is_for_staff", "leased_until"):
        column = table.c[name]
        values[name] = case((is_open, bindparam(f"_{name}", type_=column.type)), else_=column)
    given = bindparam("_provider_id", type_=table.c.provider_id.type)
    values["provider_id"] = case((given.is_not(None), given), else_=table.c.provider_id)
    return update(table).where(table.c.id == bindparam("_id", type_=table.c.id.type)).values(values)  # type: ignore[arg-type]


def _tell(
    parts: Parts,
    session: Session,
    opted_out: Sequence[Any],
    not_sent: Sequence[tuple[Any, str]],
    now: datetime,
) -> None:
    """The provider knows of an opt-out, or will not take a question: ledger and runs hear of it."""
    directory, changes = parts.directory.current(now), Changes()
    ids = {row.customer_id for row in opted_out} | {row.customer_id for row, _ in not_sent}
    locked = {row.id: row for row in customers.lock(session, ids)}
    opting.withdraw_by_provider(session, changes, opted_out, now)
    for row in opted_out:
        changes.decide(Decided.of("outbound", row, "opted_out", "provider_opt_out", now))
    asking = [row for row, _ in not_sent]
    teller = RunTeller(parts, session, directory, changes, asking, locked, now)
    for row, reason in not_sent:
        teller.not_sent(row, reason)
    changes.flush(session)
