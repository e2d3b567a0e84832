"""Learns from receipts whether numbers work, and which customers the carrier knows to have opted out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.domain.delivery_codes import CodeKind, after_receipt, kind_of
from app.store import customers
from app.store.customers import Customer
from app.usecases import opting
from app.usecases.changes import Changes
from app.usecases.parts import Parts

Told = tuple[Any, str, str | None]
"""A message's row, the status that its receipt tells, and the code."""

NOT_VERIFIED = select(Customer.id).where(
    Customer.id.in_(bindparam("ids", expanding=True)), Customer.number_status != "verified"
)


def learn(parts: Parts, session: Session, table: str, told: Sequence[Told], now: datetime) -> None:
    """Moves the status of each number that a receipt tells of.

    Takes the locks of those that change and of those staff wrote to, all at once: one after the other could deadlock.
    """
    kinds = [
        (
            message,
            CodeKind.DELIVERED if status == "delivered" else kind_of(parts.rules.delivery_codes, table, code),
            code,
        )
        for message, status, code in told
        if status in ("delivered", "undelivered")
    ]
    ids = {message.customer_id for message, kind, _ in kinds if kind != CodeKind.DELIVERED}
    delivered = [message.customer_id for message, kind, _ in kinds if kind == CodeKind.DELIVERED]
    if delivered:
        ids |= set(session.connection().execute(NOT_VERIFIED, {"ids": delivered}).scalars())
    ids |= {message.customer_id for message, _, _ in told if message.staff_id is not None}
    if not ids:
        return
    locked = {row.id: row for row in customers.lock(session, ids)}
    changes = Changes()
    for message, kind, code in kinds:
        if message.customer_id in locked:
            _judge(session, changes, message, locked[message.customer_id], kind, code, now)
    changes.flush(session)


def _judge(
    session: Session,
    changes: Changes,
    message: Any,
    customer: Any,
    kind: str,
    code: str | None,
    now: datetime,
) -> None:
    status = after_receipt(customer.number_status, kind, customer.number_status_at, now)
    if status != customer.number_status:
        customers.set_number_status(session, customer.id, status, now)
    if status in ("dead", "suspended") and status != customer.number_status:
        changes.decide(
            "number",
            customer.id,
            customer.id,
            message.brand_id,
            status,
            "receipt",
            now,
            message.trace_id,
            code=code,
        )
    if kind == CodeKind.OPT_OUT:
        opting.withdraw(
            changes,
            customer.id,
            [message.brand_id],
            "marketing",
            "provider",
            now,
            reason="provider_opt_out",
            trace_id=message.trace_id,
        )
