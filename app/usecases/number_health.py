"""Learns from receipts and checks whether numbers work, and which customers the carrier knows to have opted out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.domain.delivery_codes import MISSED_WITHIN, CodeKind, DeliveryCodes, after_receipt, kind_of
from app.store.customers import Customer
from app.store.outbound import receipts
from app.store.outbound.table import UNDELIVERED
from app.store.writing import update_all
from app.usecases import opting
from app.usecases.changes import Changes, Decided
from app.usecases.parts import Parts

FAILURES = (CodeKind.DEAD, CodeKind.SUSPENDED_CANDIDATE, CodeKind.TEMPORARY)
"""What speaks against a number."""
CHECK = "number_check"
"""The source of a sign that a checker gave: a receipt of a verified number is not looked at again, its answer is."""
NOT_VERIFIED = select(Customer.id).where(
    Customer.id.in_(bindparam("ids", expanding=True)), Customer.number_status != "verified"
)


@dataclass(frozen=True, slots=True)
class Sign:
    """What the final receipt of a message, or a checker's answer, says about a number, and when it was so.

    Of `message` the customer, the brand, the trace and `handed_at` count; for a check that is when it was asked.
    """

    message: Any
    kind: str
    code: str | None
    at: datetime
    source: str = "receipt"


@dataclass(slots=True)
class _Past:
    """When a number was last heard of, and when messages have missed it since."""

    alive_at: datetime | None
    missed: list[datetime] = field(default_factory=list)

    def lives(self, at: datetime) -> None:
        """Nothing that is older counts any more."""
        self.alive_at = max(at, self.alive_at or at)
        self.missed = [one for one in self.missed if one > self.alive_at]

    def misses(self, at: datetime) -> None:
        """A message found the phone off or out of reach."""
        if self.alive_at is None or at > self.alive_at:
            self.missed.append(at)


def sign_of(
    codes: DeliveryCodes, table: str, message: Any, status: str, code: str | None, at: datetime
) -> Sign | None:
    """What a receipt says about the number; None where it is not the last word on the message."""
    if status == "delivered":
        return Sign(message, CodeKind.DELIVERED, code, at)
    return Sign(message, kind_of(codes, table, code), code, at) if status == "undelivered" else None


def concerned(session: Session, signs: Sequence[Sign]) -> set[UUID]:
    """The customers whose number's status these signs may change."""
    ids = {sign.message.customer_id for sign in signs if sign.kind != CodeKind.DELIVERED}
    opted_out = {sign.message.customer_id for sign in signs if sign.kind == CodeKind.OPT_OUT}
    ids |= opting.concerned_by_provider(session, opted_out)
    delivered = [sign.message.customer_id for sign in signs if sign.kind == CodeKind.DELIVERED]
    if delivered:
        ids |= set(session.connection().execute(NOT_VERIFIED, {"ids": delivered}).scalars())
    return ids


def learn(
    parts: Parts, session: Session, signs: Sequence[Sign], locked: Mapping[UUID, Any], now: datetime
) -> None:
    """Moves the status of each number that a receipt tells of; `locked` are the rows of those concerned."""
    changes = Changes()
    pasts = _pasts(parts, session, signs, locked, now)
    learnt: dict[UUID, tuple[str, datetime]] = {}
    for sign in signs:
        if sign.message.customer_id in locked:
            _judge(changes, sign, locked[sign.message.customer_id], learnt, pasts, now)
    opted_out = [s.message for s in signs if s.kind == CodeKind.OPT_OUT and s.message.customer_id in locked]
    opting.withdraw_by_provider(session, changes, opted_out, now)
    for message in opted_out:
        changes.decide(Decided.of("outbound", message, "opted_out", "provider_opt_out", now))
    rows = [
        {"id": one, "number_status": status, "number_status_at": at} for one, (status, at) in learnt.items()
    ]
    update_all(session, Customer, rows)
    changes.flush(session)


def _pasts(
    parts: Parts, session: Session, signs: Sequence[Sign], locked: Mapping[UUID, Any], now: datetime
) -> Mapping[UUID, _Past]:
    """What is known of the numbers that a message has not reached."""
    failed = {sign.message.customer_id for sign in signs if sign.kind in FAILURES} & locked.keys()
    pasts = {one: _Past(_alive_at(locked[one])) for one in failed}
    if not pasts:
        return {}
    channels = parts.directory.current(now).channels
    for row in receipts.settled_of(session, failed, now - MISSED_WITHIN):
        if row.status != UNDELIVERED:
            pasts[row.customer_id].lives(row.settled_at)
        elif row.channel_id in channels:
            table = channels[row.channel_id].provider.receipt_codes
            if kind_of(parts.rules.delivery_codes, table, row.code) == CodeKind.TEMPORARY:
                pasts[row.customer_id].misses(row.settled_at)
    for sign in signs:
        if sign.kind == CodeKind.DELIVERED and sign.message.customer_id in pasts:
            pasts[sign.message.customer_id].lives(sign.at)
    return pasts


def _alive_at(customer: Any) -> datetime | None:
    """When the number was last known to work."""
    verified_at = customer.number_status_at if customer.number_status == "verified" else None
    return max((at for at in (customer.last_inbound_at, verified_at) if at is not None), default=None)


def _judge(
    changes: Changes,
    sign: Sign,
    customer: Any,
    learnt: dict[UUID, tuple[str, datetime]],
    pasts: Mapping[UUID, _Past],
    now: datetime,
) -> None:
    message, past = sign.message, pasts.get(customer.id)
    before, since = learnt.get(customer.id, (customer.number_status, customer.number_status_at))
    if _is_overtaken(sign, since, past):
        return
    status = after_receipt(before, sign.kind, since, sign.at, past.missed if past else ())
    is_again = status == "unreachable" or (status == "verified" and sign.source == CHECK)
    if status != before or is_again:  # then the moment of the last time counts
        learnt[customer.id] = status, max(sign.at, since or sign.at)
    if status in ("dead", "suspended") and status != before:
        told = ("number", customer.id, customer.id, message.brand_id, status, sign.source)
        changes.decide(Decided(*told, now, message.trace_id, {"code": sign.code}))


def _is_overtaken(sign: Sign, since: datetime | None, past: _Past | None) -> bool:
    """Whether a receipt comes so late that something else is known of the number since.

    A delivery of before the status says nothing against it; nor does the failure of a message that was handed over
    before the number's last sign of life.
    """
    if sign.kind == CodeKind.DELIVERED:
        return since is not None and sign.at < since
    if sign.kind not in FAILURES or past is None or past.alive_at is None:
        return False
    return sign.message.handed_at is not None and sign.message.handed_at < past.alive_at
