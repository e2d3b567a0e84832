"""Settles hand-overs of which nobody knows the outcome: by asking the provider, or by a person; never by resending."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.providers.contract import Found, NotFound, Outgoing, Sought
from app.store import customers
from app.store.customers import Customer
from app.store.outbound import queue
from app.store.outbound.table import FAILED, QUEUED, UNKNOWN, Outbound
from app.store.writing import rows_changed
from app.usecases import staff_replies
from app.usecases.changes import Changes, Decided
from app.usecases.directory import ChannelView
from app.usecases.parts import Parts
from app.usecases.receipts import apply_receipts
from app.usecases.telling_runs import RunTeller

ASK_AFTER = timedelta(minutes=2)
ASK_UNTIL = timedelta(hours=72)
TO_STAFF_AFTER = timedelta(minutes=15)
"""An outcome that stays unknown this long stands on the staff's list. Source: DESIGN, a message out."""
ASK_AGAIN_AFTER = timedelta(minutes=5)
BATCH = 20


def settle(parts: Parts, now: datetime) -> dict[str, int]:
    """Asks providers that can be asked, and puts what stays unknown on the staff's list."""
    settled = resent = 0
    for channel in parts.directory.current(now).channels.values():
        if channel.provider.query is None:
            continue
        for row in _unknown(parts, channel, now):
            fate = _ask(parts, channel, row, now)
            settled += fate == "found"
            resent += fate == "not_found"
    return {"settled": settled, "resent": resent, "to_staff": _put_on_staffs_list(parts, now)}


def _unknown(parts: Parts, channel: ChannelView, now: datetime) -> Sequence[Any]:
    table = Outbound.__table__
    due = (
        queue.IS_OPEN,
        table.c.channel_id == channel.id,
        table.c.status == UNKNOWN,
        table.c.handed_at.between(now - ASK_UNTIL, now - ASK_AFTER),
        table.c.leased_until.is_(None) | (table.c.leased_until <= now),
    )
    with parts.store.write() as session:
        rows = session.execute(select(table).where(*due).order_by(table.c.handed_at).limit(BATCH)).all()
        queue.update_rows(session, [{"id": row.id, "leased_until": now + ASK_AGAIN_AFTER} for row in rows])
    return rows


def _ask(parts: Parts, channel: ChannelView, row: Any, now: datetime) -> str:
    """`found` where the provider told its state, `not_found` where it certainly never took it, else `unknown`."""
    query = channel.provider.query
    if query is None:
        return "unknown"
    sought = _sought(parts, channel, row)
    if not sought.message.to_phone:  # the person was erased meanwhile
        return "unknown"
    fate = query(sought, channel.settings, parts.connect(channel), now)
    with parts.store.write() as session:
        if isinstance(fate, Found):
            apply_receipts(parts, session, [(channel, fate.receipt)], now)
            return "found"
        if not isinstance(fate, NotFound):
            return "unknown"
        locked = {one.id: one for one in customers.lock(session, [row.customer_id])}
        still = (Outbound.id == row.id, Outbound.status == UNKNOWN)
        is_late = row.expires_at is not None and row.expires_at <= now
        again = {"status": FAILED, "reason": "never_taken", "settled_at": now}
        if not is_late:
            again = {"status": QUEUED, "reason": "never_taken", "due_at": now}
        done = session.execute(update(Outbound).where(*still).values(leased_until=None, **again))
        if not rows_changed(done):
            return "found"
        _tell_never_taken(parts, session, row, locked, is_late, now)
    return "not_found"


def _tell_never_taken(
    parts: Parts, session: Session, row: Any, locked: Mapping[UUID, Any], is_late: bool, now: datetime
) -> None:
    """A question that will not be tried again lets its run go on; a text of staff comes back to them."""
    changes = Changes()
    changes.decide(Decided.of("outbound", row, "settled", "never_taken", now))
    if is_late:
        directory = parts.directory.current(now)
        RunTeller(parts, session, directory, changes, [row], locked, now).not_sent(row, "never_taken")
    changes.flush(session)
    staff_replies.settle(parts, session, [row.id], now)


def _sought(parts: Parts, channel: ChannelView, row: Any) -> Sought:
    with parts.store.read() as session:
        owner = select(Customer.phone).where(Customer.id == row.customer_id)
        phone = session.scalars(owner).one()
        others = select(Outbound.provider_id).where(
            Outbound.customer_id == row.customer_id,
            Outbound.channel_id == channel.id,
            Outbound.provider_id.is_not(None),
        )
        known = frozenset(str(one) for one in session.scalars(others))
    sender = next(one for one in channel.senders if one.id == row.sender_id)
    outgoing = Outgoing(str(row.id), phone, sender.address, row.text, None, row.parts)
    return Sought(outgoing, row.handed_at, row.provider_id, known)


def _put_on_staffs_list(parts: Parts, now: datetime) -> int:
    table = Outbound.__table__
    overdue = (
        queue.IS_OPEN,
        table.c.status == UNKNOWN,
        table.c.handed_at <= now - TO_STAFF_AFTER,
        table.c.is_for_staff.is_(False),
    )
    with parts.store.read() as session:
        ids = list(session.scalars(select(table.c.id).where(*overdue).limit(500)))
    if ids:
        with parts.store.write() as session:
            mine = update(Outbound).where(Outbound.id.in_(ids), Outbound.status == UNKNOWN)
            session.execute(mine.values(is_for_staff=True))
    return len(ids)
