"""Counts what staff wrote as a response once a provider has taken it; what fails goes back to staff."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.store import customers
from app.store.forgetting import is_erased
from app.store.outbound import queue
from app.store.outbound.table import (
    ACCEPTED,
    DELIVERED,
    FAILED,
    READ,
    REFUSED,
    SENT,
    UNDELIVERED,
    Outbound,
)
from app.usecases import complaints, hand_offs
from app.usecases.changes import Changes
from app.usecases.parts import Parts
from app.usecases.turn import Reader, Turn

TAKEN = (ACCEPTED, SENT, DELIVERED, READ)
NOT_SENT = (REFUSED, FAILED, UNDELIVERED)


def settle(parts: Parts, session: Session, ids: Collection[UUID], now: datetime) -> None:
    """Tells complaints and hand-overs what has become of these texts of staff, as they stand in the store.

    The caller holds their customers' locks.
    """
    rows = _written_by_staff(session, ids) if ids else []
    if not rows:
        return
    directory, changes = parts.directory.current(now), Changes()
    locked = {row.id: row for row in customers.lock(session, {row.customer_id for row in rows})}
    erased = {row.id for row in locked.values() if is_erased(row)}  # whom nobody can call
    rows = [row for row in rows if row.customer_id not in erased]
    wanted = {(row.customer_id, row.sender_id) for row in rows if row.sender_id in directory.senders}
    book = Reader(session, directory, changes, now).turns(wanted, locked)
    for row in rows:
        if (row.customer_id, row.sender_id) not in wanted:
            continue
        turn = book.turn(row.customer_id, row.sender_id, row.trace_id)
        if row.status in TAKEN:
            _taken(session, turn, row)
        else:
            _failed(session, turn, row)
    lost = [{"id": row.id, "is_for_staff": True} for row in rows if row.status in NOT_SENT]
    queue.update_rows(session, lost)
    changes.flush(session)


def _written_by_staff(session: Session, ids: Collection[UUID]) -> Sequence[Any]:
    table = Outbound.__table__
    settled = (table.c.staff_id.is_not(None), table.c.status.in_(TAKEN + NOT_SENT))
    return session.execute(select(table).where(table.c.id.in_(ids), *settled).order_by(table.c.id)).all()


def _taken(session: Session, turn: Turn, row: Any) -> None:
    complaint = _complaint(turn, row)
    if complaint is not None:
        is_news = complaints.replied(turn, complaint, row.staff_id, row.id, row.handed_at)
        if is_news and row.awaits_answer:
            complaints.waits(turn, complaint, row.staff_id, row.id, row.handed_at)
    _note_answer(session, turn)


def _failed(session: Session, turn: Turn, row: Any) -> None:
    """The conversation waits for an answer again; where it was closed, it is opened once more."""
    complaint = _complaint(turn, row)
    if complaint is not None:
        complaints.reply_failed(turn, complaint, row.staff_id, row.id, row.reason or row.status)
    if turn.conversation is None:
        hand_offs.hand_off(turn, "call_customer")
    _note_answer(session, turn)


def _note_answer(session: Session, turn: Turn) -> None:
    """An open hand-over is answered by the first text of staff since its opening that a provider has taken."""
    held = turn.conversation
    if held is None:
        return
    table = Outbound.__table__.c
    theirs = (table.customer_id == held["customer_id"], table.brand_id == held["brand_id"])
    counted = (table.staff_id.is_not(None), table.status.in_(TAKEN), table.handed_at >= held["opened_at"])
    answered_at = session.scalars(select(func.min(table.handed_at)).where(*theirs, *counted)).one()
    if answered_at != held["answered_at"]:
        hand_offs.change(turn, answered_at=answered_at)


def _complaint(turn: Turn, row: Any) -> dict[str, Any] | None:
    return next((one for one in turn.complaints if one["id"] == row.complaint_id), None)
