"""What was said to a customer last: the message that a short reply may be about."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from app.store.outbound.table import Outbound

TABLE = Outbound.__table__
_LATER = TABLE.alias("later")
_ANSWER = TABLE.alias("answer")
_SAME = (_LATER.c.customer_id == TABLE.c.customer_id, _LATER.c.sender_id == TABLE.c.sender_id)
IS_ANSWERED = (
    select(_ANSWER.c.id)
    .where(
        _ANSWER.c.customer_id == TABLE.c.customer_id,
        _ANSWER.c.sender_id == TABLE.c.sender_id,
        _ANSWER.c.cause == "inbound",
        _ANSWER.c.created_at > TABLE.c.handed_at,
    )
    .exists()
)
LAST_SAID = (
    select(
        TABLE.c.customer_id,
        TABLE.c.sender_id,
        TABLE.c.text,
        TABLE.c.staff_id,
        TABLE.c.handed_at,
        TABLE.c.created_at,
    )
    .where(
        TABLE.c.customer_id.in_(bindparam("customers", expanding=True)),
        TABLE.c.handed_at >= bindparam("since"),
        TABLE.c.handed_at == select(func.max(_LATER.c.handed_at)).where(*_SAME).scalar_subquery(),
        ~IS_ANSWERED,
    )
    .order_by(TABLE.c.id)
)


def last_said(session: Session, customers: Collection[UUID], since: datetime) -> dict[tuple[UUID, UUID], Any]:
    """The last message that was handed over to each (customer, sender) since then: (text, staff_id, handed_at, ...).

    None where an answer to a later text of theirs waits to leave: that is what they will have read last.
    """
    rows = session.connection().execute(LAST_SAID, {"customers": list(customers), "since": since})
    return {(row.customer_id, row.sender_id): row for row in rows}
